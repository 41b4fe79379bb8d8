using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Evaluation.Tests.Definitions;

namespace FunctionsEval.Evaluation.Tests.Judging;

public sealed class Comparing_pairs
{
    private static readonly Scenario Scenario = new("s1", "s1", "Name the capital.", Expected: "Oslo");

    [Theory]
    [InlineData("""{"reasoning": "It is right.", "winner": "A"}""", 1, "It is right.")]
    [InlineData("""Here it is: ```json {"winner": "answer B"} ```""", -1, "")]
    [InlineData("""{"verdict": "Tie.", "reason": "Alike."}""", 0, "Alike.")]
    [InlineData("<think>A? No.</think>B", -1, "")]
    [InlineData("Both are fine, but my verdict: **A**.", 1, "Both are fine, but my verdict: **A**.")]
    public void A_winner_is_read(string said, int winner, string reasoning) =>
        Assert.Equal(new PairVerdict.Given(winner, reasoning), PairReader.Read(said));

    [Theory]
    [InlineData("", "The judge said nothing.")]
    [InlineData("Beide sind gut.", "The judge's answer cannot be read: it has no JSON and does not name a winner, which must be A, B or tie.")]
    [InlineData("Winner: A. On reflection, winner: B.", "The judge's answer cannot be read: it has no JSON and names several winners.")]
    [InlineData("""{"winner": "C"}""", "The judge's answer cannot be read: its winner is \"\"C\"\", not A, B or tie.")]
    [InlineData("""{"winner": 1}""", "The judge's answer cannot be read: its winner is \"1\", not A, B or tie.")]
    [InlineData("""{"score": 4}""", "The judge's answer cannot be read: its JSON has no winner, which must be A, B or tie.")]
    public void What_names_no_winner_is_none(string said, string reason) =>
        Assert.Equal(new PairVerdict.Unreadable(reason), PairReader.Read(said));

    [Fact]
    public void A_judge_sees_both_answers_in_blocks_of_their_own_and_no_name()
    {
        var spec = Spec(new JudgeSpec(["judge"], "Which one is right?", [new JudgeCriterion("brief", "Few words.")], Reference: true));

        var messages = PairPrompt.For(spec, Scenario, [Turn("Name the capital.", "Oslo.")], [Turn("Name the capital.", "<think>Hm.</think>Bergen.")]);

        var text = messages[1].Text;
        Assert.Matches("<answer_a ([0-9a-f]{12})>\nOslo.\n</answer_a \\1>\n\n<answer_b \\1>\nBergen.\n</answer_b \\1>", text);
        Assert.Matches("<question [0-9a-f]{12}>\nName the capital.\n</question", text);
        Assert.Contains("<reference", text, StringComparison.Ordinal);
        Assert.Contains("- brief: Few words.", text, StringComparison.Ordinal);
        Assert.Contains("\"winner\": <\"A\", \"B\" or \"tie\">", messages[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_that_differ_stand_each_for_itself()
    {
        var messages = PairPrompt.For(Spec(new JudgeSpec(["judge"], "?")), Scenario, [Turn("In one word: the capital?", "Oslo")], [Turn("The capital?", "It is Oslo.")]);

        Assert.Matches("<question_a .*>\nIn one word: the capital\\?\n</question_a .*>\n\n<question_b .*>\nThe capital\\?\n</question_b", messages[1].Text);
    }

    [Fact]
    public void What_is_asked_is_the_same_whatever_its_scorer_and_its_panel_are_called()
    {
        var spec = Spec(new JudgeSpec(["a", "b"], "?", Repeats: 3));

        Assert.Equal(PairPrompt.Identity(spec, "a"), PairPrompt.Identity(Spec(new JudgeSpec(["a"], "?")) with { Name = "other", Pairs = "all" }, "a"));
        Assert.NotEqual(PairPrompt.Identity(spec, "a"), PairPrompt.Identity(spec, "b"));
        Assert.NotEqual(PairPrompt.Identity(spec, "a"), PairPrompt.Identity(Spec(new JudgeSpec(["a"], "!")), "a"));
    }

    [Theory]
    [InlineData("""{"type":"pairwise","model":"m","rubric":"r","pairs":"some"}""", "scorers[0].pairs must be control or all, but is \"some\".")]
    [InlineData("""{"type":"pairwise","model":"m","rubric":"r","passFail":true}""", "scorers[0].passFail means nothing to a scorer of type pairwise, whose verdicts are a win, a tie or a loss.")]
    [InlineData("""{"type":"pairwise","model":"m","rubric":"r","scale":{"min":1,"max":9}}""", "scorers[0].scale means nothing to a scorer of type pairwise, whose verdicts are a win, a tie or a loss.")]
    [InlineData("""{"type":"pairwise","model":"m","template":"{{ answer }}"}""", "scorers[0].template must show the judge what it compares: it needs {{ answer_a }} and {{ answer_b }}.")]
    public void What_a_pairwise_scorer_may_hold_is_checked(string scorer, string message) =>
        Assert.Equal(message, Assert.Single(Samples.Errors(Samples.With($"[{scorer}]"))).Message);

    [Theory]
    [InlineData("""{"type":"pairwise","model":"m","rubric":"r","weight":2}""", "weight means nothing to a scorer of type pairwise; it takes model, models, rubric, criteria, reference,")]
    [InlineData("""{"type":"pairwise","rubric":"r"}""", "scorers[0].model is required, or models for a panel of judges, but is missing.")]
    [InlineData("""{"type":"exact","value":"x","pairs":"all"}""", "scorers[0].pairs means nothing to a scorer of type exact;")]
    [InlineData("""{"type":"checks","of":[{"type":"pairwise","model":"m","rubric":"r"}]}""", "of[0].type must not be pairwise: a judge is a scorer of its own, for its calls cost.")]
    public void What_means_nothing_there_is_refused(string scorer, string message) =>
        Assert.Contains(message, Samples.Errors(Samples.With($"[{scorer}]"))[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(""" "stopping":{"lookEvery":1,"metric":"better"} """, "stopping.metric must be a scorer of single answers, but \"better\" is pairwise")]
    [InlineData(""" "compare":{"metrics":["better"]} """, "compare.metrics[0] must be a scorer of single answers, but \"better\" is pairwise")]
    [InlineData(""" "stopping":{"lookEvery":1} """, "stopping needs a scorer of single answers to look at, but the definition has pairwise scorers only")]
    [InlineData(""" "allocation":{"pilotSamples":2,"meanSamples":3} """, "allocation needs a scorer of single answers whose noise it can see, but the definition has pairwise scorers only")]
    public void No_look_and_no_allocation_rests_on_pairs(string part, string message)
    {
        var json = $$"""
            {"name":"n","scenarios":[{"id":"s1","prompt":"p"}],"models":["a","b"],"samplesPerScenario":4,
             "scorers":[{"type":"pairwise","name":"better","model":"m","rubric":"r"}],{{part}}}
            """;

        Assert.Contains(Samples.Errors(json), error => error.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_stored_and_read_again_as_it_was_and_scores_no_cell()
    {
        var definition = Samples.Parse(Samples.With("""[{"type":"exact","value":"x"},{"type":"pairwise","name":"better","model":"m","rubric":"r","pairs":"all","repeats":2}]"""));
        var written = DefinitionJson.Write(definition);

        Assert.Equal(written, DefinitionJson.Write(DefinitionJson.Read(written)));
        Assert.Equal(["exact"], definition.CellScorers().Select(scorer => scorer.Name));
        Assert.Equal(("better", "all", 2), definition.PairScorers() is [var pairwise] ? (pairwise.Name, pairwise.Pairs, pairwise.Judge!.Repeats) : default);
    }

    private static ScorerSpec Spec(JudgeSpec judge) => new(ScorerSpec.PairwiseType, "preferred", Judge: judge);

    private static Turn Turn(string asked, string said) => new(1, "", asked, said);
}

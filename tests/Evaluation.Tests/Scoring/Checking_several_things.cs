using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Evaluation.Tests.Definitions;

namespace FunctionsEval.Evaluation.Tests.Scoring;

/// <summary>Several scorers as one.</summary>
public sealed class Checking_several_things
{
    private const string Two = """{"type":"contains","value":"Paris","weight":3},{"type":"length","max":10}""";

    [Theory]
    [InlineData("", "Paris", 1)]
    [InlineData("", "It is Paris, of course.", 0.75)]
    [InlineData("", "London", 0.25)]
    [InlineData("", "London, of course.", 0)]
    [InlineData(""","match":"all" """, "Paris", 1)]
    [InlineData(""","match":"all" """, "It is Paris, of course.", 0)]
    [InlineData(""","match":"any" """, "It is Paris, of course.", 1)]
    [InlineData(""","match":"any","not":true""", "It is Paris, of course.", 0)]
    public void Scores_are_a_weighted_mean_or_all_or_any(string more, string answer, double score) =>
        Assert.Equal(new Score.Valued(score), Scorer(Two, more).Score(answer, null));

    [Fact]
    public void A_check_that_finds_the_answer_invalid_counts_as_0_and_all_of_them_as_invalid()
    {
        Assert.Equal(new Score.Valued(0.5), Scorer("""{"type":"json_schema","schema":{}},{"type":"contains","value":"x"}""").Score("x", null));
        Assert.IsType<Score.Invalid>(Scorer("""{"type":"json_schema","schema":{}}""").Score("x", null));
        Assert.IsType<Score.Invalid>(Scorer(Two).Score("  ", null));
    }

    [Fact]
    public void Time_and_cost_are_checked_by_their_rules()
    {
        var scorer = Scorer("""{"type":"latency","pass":"<= 2"},{"type":"cost","pass":"<= 0.01"}""");

        Assert.Equal(new Score.Valued(1), scorer.ScoreTurn(new Turn(1, "p", "q", "a", DurationMs: 1500, CostUsd: 0.002m), []));
        Assert.Equal(new Score.Valued(0.5), scorer.ScoreTurn(new Turn(1, "p", "q", "a", DurationMs: 2500, CostUsd: 0.002m), []));
        Assert.Equal(new Score.Valued(0.5), scorer.ScoreTurn(new Turn(1, "p", "q", "a", DurationMs: 1500), []));
    }

    [Theory]
    [InlineData("""{"type":"checks"}""", "scorers[0].of is required for a scorer of type checks, but is missing.")]
    [InlineData("""{"type":"checks","of":[]}""", "scorers[0].of must list between 1 and 100 scorers, but lists 0.")]
    [InlineData("""{"type":"checks","of":[{"type":"latency"}]}""", "scorers[0].of[0].pass is required for a scorer of type latency, whose scores have no scale from 0 to 1, but is missing.")]
    [InlineData("""{"type":"checks","of":[{"type":"exact"}]}""", "scenarios[0].expected is required, because scorer \"exact\" has no value of its own, but is missing.")]
    [InlineData("""{"type":"exact","value":"x","of":[]}""", "scorers[0].of means nothing to a scorer of type exact")]
    public void A_broken_rule_is_named(string scorer, string message) =>
        Assert.Contains(Samples.Errors(Samples.With($"[{scorer}]")), error => error.Message.StartsWith(message, StringComparison.Ordinal));

    private static IScorer Scorer(string of, string more = "") =>
        Scorers.Create(Assert.Single(Samples.Parse(Samples.With($$"""[{"type":"checks","of":[{{of}}]{{more}}}]""")).Scorers));
}

using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Evaluation.Tests.Definitions;

namespace FunctionsEval.Evaluation.Tests.Judging;

public sealed class Declaring_judges
{
    private const string Whole =
        """[{"type":"judge","name":"helpful","models":["openai:a","b"],"rubric":"Is it {{ wanted }}?","criteria":["brief",{"name":"right","description":"As in {{ wanted }}"}],"scale":{"min":0,"max":10},"reference":true,"repeats":3,"aggregate":"median","overall":"min","temperature":0.5,"maxTokens":300,"reasoningEffort":"low","template":"{{ rubric }} {{ answer }}","pass":">= 7","turn":-1}]""";

    private static string With(string scorers) =>
        $$$"""{"name":"n","scenarios":[{"id":"a","prompt":"p","expected":"x","vars":{"wanted":"kind"}}],"models":["m"],"scorers":{{{scorers}}}}""";

    [Fact]
    public void A_judge_has_its_fields_beside_those_of_its_scorer()
    {
        var spec = Samples.Parse(With(Whole)).Scorers[0];

        Assert.Equal(("judge", "helpful", -1, ">= 7"), (spec.Type, spec.Name, spec.Turn, spec.Pass));
        Assert.Equal(["openai:a", "b"], spec.Judge!.Models);
        Assert.Equal([new JudgeCriterion("brief"), new JudgeCriterion("right", "As in {{ wanted }}")], spec.Judge.Criteria);
        Assert.Equal(
            new JudgeSpec(spec.Judge.Models, "Is it {{ wanted }}?", spec.Judge.Criteria, new JudgeScale(0, 10), false, true, 3, "median", "min", 0.5, 300, "low", "{{ rubric }} {{ answer }}"),
            spec.Judge);
        Assert.Equal((0, 10), Scorers.Create(spec).Scale);
    }

    [Fact]
    public void What_is_not_given_has_a_default()
    {
        var judge = Samples.Parse(With("""[{"type":"judge","model":"openai:a","rubric":"Good?"}]""")).Scorers[0].Judge!;

        Assert.Equal((new JudgeScale(1, 5), "mean", 1, false, false), (judge.Range(), judge.AggregateRule(), judge.Repeats, judge.Reference, judge.IsPassOrFail()));
    }

    [Theory]
    [InlineData("""{"passFail":true}""", true)]
    [InlineData("""{"passFail":true,"repeats":3}""", true)]
    [InlineData("""{"passFail":true,"repeats":3,"aggregate":"mean"}""", false)]
    [InlineData("""{"passFail":true,"criteria":["a","b"]}""", false)]
    [InlineData("""{"passFail":true,"criteria":["a","b"],"overall":"min"}""", true)]
    [InlineData("""{"scale":{"min":0,"max":1}}""", false)]
    public void Every_score_is_pass_or_fail_only_where_nothing_is_averaged(string fields, bool expected)
    {
        var judge = Samples.Parse(With($$"""[{"type":"judge","model":"a","rubric":"Good?",{{fields[1..]}}]""")).Scorers[0];

        Assert.Equal(expected, judge.Judge!.IsPassOrFail());
        Assert.Equal((0, 1), Scorers.Create(judge).Scale);
    }

    [Fact]
    public void It_is_stored_and_read_again_as_it_was()
    {
        var definition = Samples.Parse(With(Whole));
        var written = DefinitionJson.Write(definition);

        Assert.Equal(written, DefinitionJson.Write(DefinitionJson.Read(written)));
        Assert.Equal(written, DefinitionJson.Write(Samples.Parse(written)));
        Assert.Contains(
            """{"type":"judge","name":"short","ignoreCase":false,"turn":1,"judge":{"models":["a"],"rubric":"Good?","repeats":1}}""",
            DefinitionJson.Write(Samples.Parse(With("""[{"type":"judge","name":"short","model":"a","rubric":"Good?"}]"""))),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"judge","rubric":"r"}""", "scorers[0].model is required, or models for a panel of judges, but is missing.")]
    [InlineData("""{"type":"judge","model":"a","models":["b"],"rubric":"r"}""", "scorers[0].model must not be given together with models.")]
    [InlineData("""{"type":"judge","models":[],"rubric":"r"}""", "scorers[0].models must list between 1 and 9 judges, but lists 0.")]
    [InlineData("""{"type":"judge","models":["a","a"],"rubric":"r"}""", "scorers[0].models repeats \"a\": repeats asks one judge several times.")]
    [InlineData("""{"type":"judge","models":"a","rubric":"r"}""", "scorers[0].models must be a list, but is the text \"a\".")]
    [InlineData("""{"type":"judge","model":7.5,"rubric":["r"]}""", "scorers[0].rubric must be text, but is a list.")]
    [InlineData("""{"type":"judge","model":"a"}""", "scorers[0].rubric is required for a judge without criteria or a template of its own, but is missing.")]
    [InlineData("""{"type":"judge","model":"a","rubric":" "}""", "scorers[0].rubric must not be blank, but is \" \".")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","scale":{"min":1}}""", "scorers[0].scale.max is required, but is missing.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","scale":{"min":5,"max":1}}""", "scorers[0].scale must have a min below its max, both within ±1,000,000, but is from 5 to 1.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","scale":{"min":1,"max":5},"passFail":true}""", "scorers[0].scale must not be given together with passFail, whose scores are 0 and 1.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","scale":"1-5"}""", "scorers[0].scale must be a mapping such as { min: 1, max: 5 }, but is the text \"1-5\".")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","scale":[1,5]}""", "scorers[0].scale must be a mapping such as { min: 1, max: 5 }, but is a list.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","pass_fail":true}""", "scorers[0].pass_fail is not a known field; did you mean \"passFail\"?")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","repeats":0}""", "scorers[0].repeats must be between 1 and 20, but is 0.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","aggregate":"best"}""", "scorers[0].aggregate must be mean, median, majority, but is \"best\".")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","overall":"min"}""", "scorers[0].overall needs criteria, which it makes one score of.")]
    [InlineData("""{"type":"judge","model":"a","criteria":["a"],"overall":"max"}""", "scorers[0].overall must be mean or min, but is \"max\".")]
    [InlineData("""{"type":"judge","model":"a","criteria":[]}""", "scorers[0].criteria must list between 1 and 10 criteria, but lists 0.")]
    [InlineData("""{"type":"judge","model":"a","criteria":["a b"]}""", "scorers[0].criteria[0].name must be letters, digits, - and _, at most 40, but is \"a b\".")]
    [InlineData("""{"type":"judge","model":"a","criteria":["a","A"]}""", "scorers[0].criteria[1].name repeats \"A\".")]
    [InlineData("""{"type":"judge","model":"a","criteria":[{"description":"d"}],"rubric":"r"}""", "scorers[0].criteria[0].name is required, but is missing.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","temperature":3}""", "scorers[0].temperature must be between 0 and 2, but is 3.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","reasoningEffort":"much"}""", "scorers[0].reasoningEffort must be one of none, minimal, low, medium, high, xhigh, but is \"much\".")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","maxTokens":0}""", "scorers[0].maxTokens must be between 1 and 1,000,000, but is 0.")]
    [InlineData("""{"type":"judge","model":"a","template":"Is it good?"}""", "scorers[0].template must show the judge what it judges: it needs {{ answer }}.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"{{ a"}""", null)]
    [InlineData("""{"type":"judge","model":"a","template":"{% if %}{{ answer }}"}""", null)]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","invalid":"zero"}""", "scorers[0].invalid means nothing to a scorer of type judge; it takes model, models, rubric, criteria, scale, passFail, reference, repeats, aggregate, overall, temperature, maxTokens, reasoningEffort, template, weight, pass, reasoning.")]
    [InlineData("""{"type":"judge","model":"a","rubric":"r","not":true,"passFail":true}""", "scorers[0].not means nothing to a scorer of type judge; it takes model, models, rubric, criteria, scale, passFail, reference, repeats, aggregate, overall, temperature, maxTokens, reasoningEffort, template, weight, pass, reasoning.")]
    [InlineData("""{"type":"exact","value":"x","rubric":"r"}""", null)]
    [InlineData("""{"type":"checks","of":[{"type":"judge","model":"a","rubric":"r","pass":">= 3"}]}""", "scorers[0].of[0].type must not be judge: a judge is a scorer of its own, for its calls cost.")]
    [InlineData("""{"type":"judge","models":["a","b","c"],"rubric":"r","repeats":20}""", "scorers must have at most 50 judgements of one answer (models x repeats of all judges), but has 60.")]
    public void A_broken_rule_is_one_error_that_names_it(string scorer, string? message)
    {
        var error = Assert.Single(Samples.Errors(With($"[{scorer}]")));

        Assert.StartsWith("scorers", error.Field, StringComparison.Ordinal);
        Assert.Equal(message ?? error.Message, error.Message);
    }

    [Fact]
    public void A_reference_must_be_there()
    {
        var error = Assert.Single(Samples.Errors(Samples.With("""[{"type":"judge","name":"j","model":"a","rubric":"r","reference":true}]""")));

        Assert.Equal(
            "scenarios[0].expected is required for scorer \"j\", which compares with it, but is missing. Unquoted null, ~ and nothing mean that it is absent: put the text into quotes if it is meant.",
            error.Message);
    }

    [Fact]
    public void A_rubric_needs_the_variables_that_it_uses()
    {
        var error = Assert.Single(Samples.Errors(Samples.With("""[{"type":"judge","model":"a","rubric":"Says {{ wanted }}?"}]""")));

        Assert.Equal("The rubric of the judge needs the variable \"wanted\", which scenario \"a\" does not have.", error.Message);
    }

    [Fact]
    public void A_scenario_has_no_judge_of_its_own()
    {
        var error = Assert.Single(Samples.Errors(
            """{"name":"n","scenarios":[{"id":"a","prompt":"p","scorers":[{"type":"judge","model":"a","rubric":"r"}]}],"models":["m"],"scorers":[{"type":"judge","model":"a","rubric":"r"}]}"""));

        Assert.Equal("scorers[0].type must not be judge in a scenario: a judge belongs to the definition, and its rubric may use the variables of each scenario.", error.Message);
    }
}

using FunctionsEval.Evaluation.Analysis;

namespace FunctionsEval.Evaluation.Tests.Analysis;

public sealed class Warning_about_runs
{
    private static readonly RunFacts Sound = new(30, 5, 0.7, 1, 150, 150, 0, 0, []);

    [Fact]
    public void A_sound_run_has_none() => Assert.Empty(AnalysisWarnings.Of(Sound));

    [Theory]
    [InlineData(1, "SMALL_SAMPLE")]
    [InlineData(9, "SMALL_SAMPLE")]
    [InlineData(10, "MODERATE_SAMPLE")]
    [InlineData(29, "MODERATE_SAMPLE")]
    public void Few_scenarios_are_warned_of_by_their_number(int scenarios, string code) => Assert.Equal(code, Only(Sound with { ScenarioCount = scenarios }).Code);

    [Fact]
    public void Failed_and_missing_cells_are_counted()
    {
        var warning = Only(Sound with { ScoredCells = 140, FailedCells = 3 });

        Assert.Equal("PARTIAL_SAMPLES", warning.Code);
        Assert.StartsWith("Of 150 planned cells, 3 failed and 7 are missing;", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_answers_have_a_share()
    {
        var warning = Only(Sound with { ScoredCells = 120, InvalidCells = 30 });

        Assert.Equal("INVALID_ANSWERS", warning.Code);
        Assert.StartsWith("30 of 150 answers (20%)", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Temperature_zero_matters_only_with_samples()
    {
        Assert.Equal("TEMPERATURE_ZERO", Only(Sound with { Temperature = 0 }).Code);
        Assert.Equal("SINGLE_SAMPLE", Only(Sound with { Temperature = 0, SamplesPerScenario = 1 }).Code);
    }

    [Fact]
    public void Without_a_scorer_nothing_is_missing() =>
        Assert.Equal("NO_SCORER", Only(Sound with { ScorerCount = 0, ScoredCells = 0 }).Code);

    [Fact]
    public void Judges_are_warned_of_where_their_scores_are_worth_less()
    {
        var sound = new JudgeFacts("helpful", [], 0.7, 3, 150, 0, 0);

        Assert.Empty(AnalysisWarnings.Of(Sound with { Judges = [sound] }));
        Assert.Equal("'helpful' lets a model judge its own answers (a, b): models tend to prefer what they wrote.", Only(Sound with { Judges = [sound with { OwnAnswers = ["a", "b"] }] }).Message);
        Assert.Equal("Of 150 judgements by 'helpful', 2 failed and 1 had no score that could be read.", Only(Sound with { Judges = [sound with { Failed = 2, Invalid = 1 }] }).Message);
        Assert.Equal("JUDGE_TEMPERATURE_ZERO", Only(Sound with { Judges = [sound with { Temperature = 0 }] }).Code);
        Assert.Empty(AnalysisWarnings.Of(Sound with { Judges = [sound with { Temperature = 0, Repeats = 1 }] }));
    }

    [Fact]
    public void The_order_is_fixed()
    {
        var codes = AnalysisWarnings.Of(new RunFacts(5, 1, 0, 0, 5, 1, 1, 1, ["rating", "passes"])).Select(warning => warning.Code);

        Assert.Equal(["NO_SCORER", "SMALL_SAMPLE", "PARTIAL_SAMPLES", "INVALID_ANSWERS", "SINGLE_SAMPLE", "ONE_MARGIN"], codes);
    }

    private static AnalysisWarning Only(RunFacts facts)
    {
        var warning = Assert.Single(AnalysisWarnings.Of(facts));
        Assert.NotEmpty(warning.Recommendation);
        return warning;
    }
}

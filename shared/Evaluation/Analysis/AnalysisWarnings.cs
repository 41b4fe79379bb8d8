using System.Globalization;

namespace FunctionsEval.Evaluation.Analysis;

public sealed record AnalysisWarning(string Code, string Message, string Recommendation);

/// <summary>What the warnings look at; the counts are over all variants.</summary>
/// <param name="PlannedCells">Items x variants x samples.</param>
/// <param name="FailedCells">Ended by infrastructure, so without an answer.</param>
/// <param name="WeightedScenarios">With a weight other than 1.</param>
/// <param name="MetricsOfOneMargin">Compared by the same margin although their scales differ, or empty.</param>
public sealed record RunFacts(
    int ScenarioCount,
    int SamplesPerScenario,
    double? Temperature,
    int ScorerCount,
    long PlannedCells,
    long ScoredCells,
    long InvalidCells,
    long FailedCells,
    IReadOnlyList<string> MetricsOfOneMargin,
    int WeightedScenarios = 0)
{
    public IReadOnlyList<JudgeFacts> Judges { get; init; } = [];
}

/// <param name="OwnAnswers">Variants that are judged by their own model.</param>
/// <param name="Repeats">How often each judge is asked.</param>
/// <param name="Judgements">All, those without a score included.</param>
/// <param name="Failed">Judgements that a judge could not be called for.</param>
/// <param name="Invalid">Judgements from which no score could be read.</param>
public sealed record JudgeFacts(string Scorer, IReadOnlyList<string> OwnAnswers, double Temperature, int Repeats, long Judgements, long Failed, long Invalid);

/// <summary>Why the numbers of a run may be worth less than they look, in a fixed order.</summary>
public static class AnalysisWarnings
{
    public const string NoScorer = "NO_SCORER";

    private const int FewScenarios = 10;
    private const int SomeScenarios = 30;

    public static IReadOnlyList<AnalysisWarning> Of(RunFacts facts)
    {
        var warnings = new List<AnalysisWarning>();
        if (facts.ScorerCount == 0)
        {
            warnings.Add(new AnalysisWarning(
                NoScorer, "The definition has no scorer, so there are transcripts but no scores.", "Add a scorer to the definition."));
        }

        if (facts.ScenarioCount < FewScenarios)
        {
            warnings.Add(new AnalysisWarning(
                "SMALL_SAMPLE",
                Text($"Only {Plural.Of(facts.ScenarioCount, "scenario")}: intervals are wide and rest on the scenario means being roughly normal."),
                Text($"Use at least {SomeScenarios} scenarios; more samples of the same scenarios do not replace them.")));
        }
        else if (facts.ScenarioCount < SomeScenarios)
        {
            warnings.Add(new AnalysisWarning(
                "MODERATE_SAMPLE",
                Text($"{Plural.Of(facts.ScenarioCount, "scenario")}: small differences between models cannot be told from chance."),
                Text($"Use at least {SomeScenarios} scenarios for firm conclusions.")));
        }

        var missing = Math.Max(0, facts.PlannedCells - facts.ScoredCells - facts.InvalidCells - facts.FailedCells);

        // Without a scorer no cell can be scored or invalid, and what is missing cannot be told.
        if (facts.FailedCells > 0 || (missing > 0 && facts.ScorerCount > 0))
        {
            warnings.Add(new AnalysisWarning(
                "PARTIAL_SAMPLES",
                Text($"Of {Plural.Of(facts.PlannedCells, "planned cell")}, {facts.FailedCells:N0} failed and {(facts.ScorerCount > 0 ? missing : 0):N0} are missing; means rest on the others."),
                facts.FailedCells > 0
                    ? "Mend what their errors name, then retry them. If they hit one model or scenario more than others, its mean is biased."
                    : "Resume the run if it has not ended; what a run that has ended left out needs a new run."));
        }

        if (facts.InvalidCells > 0)
        {
            var answered = facts.ScoredCells + facts.InvalidCells;
            warnings.Add(new AnalysisWarning(
                "INVALID_ANSWERS",
                Text($"{facts.InvalidCells:N0} of {Plural.Of(answered, "answer")} ({100.0 * facts.InvalidCells / answered:0.#}%) could not be scored and are left out of the means."),
                "Read some of them: make the prompt ask for the form that the scorer reads, or widen the scorer."));
        }

        if (facts.SamplesPerScenario == 1)
        {
            warnings.Add(new AnalysisWarning(
                "SINGLE_SAMPLE",
                "One sample a scenario: how much a model varies on the same prompt is not known.",
                "Set samplesPerScenario to 3 or more to see it."));
        }
        else if (facts.Temperature == 0)
        {
            warnings.Add(new AnalysisWarning(
                "TEMPERATURE_ZERO",
                Text($"Temperature 0 with {facts.SamplesPerScenario} samples a scenario: samples will be nearly the same and their variance understates that of normal use."),
                "Set the temperature that will be used in production, or take one sample."));
        }

        if (facts.MetricsOfOneMargin.Count > 0)
        {
            warnings.Add(new AnalysisWarning(
                "ONE_MARGIN",
                Text($"One margin judges scores of different scales: {string.Join(", ", facts.MetricsOfOneMargin)}."),
                "Give each its own in compare.margins."));
        }

        if (facts.WeightedScenarios > 0)
        {
            warnings.Add(new AnalysisWarning(
                "WEIGHTS_NOT_USED",
                Text($"{Plural.Of(facts.WeightedScenarios, "scenario")} with a weight: means, intervals and verdicts count every scenario alike."),
                "Put more scenarios of the kind that matters into the definition, or read the results by tag."));
        }

        foreach (var judge in facts.Judges)
        {
            AddJudge(warnings, judge);
        }

        return warnings;
    }

    private static void AddJudge(List<AnalysisWarning> warnings, JudgeFacts judge)
    {
        if (judge.OwnAnswers.Count > 0)
        {
            warnings.Add(new AnalysisWarning(
                "OWN_JUDGE",
                Text($"'{judge.Scorer}' lets a model judge its own answers ({string.Join(", ", judge.OwnAnswers)}): models tend to prefer what they wrote."),
                "Let a model of another family judge, or a panel of several."));
        }

        if (judge.Failed + judge.Invalid > 0)
        {
            warnings.Add(new AnalysisWarning(
                "JUDGE_WITHOUT_SCORE",
                Text($"Of {Plural.Of(judge.Judgements, "judgement")} by '{judge.Scorer}', {judge.Failed:N0} failed and {judge.Invalid:N0} had no score that could be read."),
                judge.Failed > 0 ? "retry asks judges that failed again." : "Read what they said; a plainer rubric or another judge may help."));
        }

        if (judge is { Temperature: 0, Repeats: > 1 })
        {
            warnings.Add(new AnalysisWarning(
                "JUDGE_TEMPERATURE_ZERO",
                Text($"'{judge.Scorer}' asks each judge {judge.Repeats} times at temperature 0: its judgements are nearly the same, which says little of how sure it is."),
                "Give the judge the temperature at which its repeats shall differ, or ask once."));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Comparisons;

/// <summary>Two to eight runs beside each other; all others are compared with the first, the baseline.</summary>
/// <param name="Runs">In the order they were asked for.</param>
/// <param name="Differences">By metric, run and variant.</param>
/// <param name="Notes">Which scenarios could not be compared, and why.</param>
public sealed record RunsComparison(IReadOnlyList<ComparedRun> Runs, IReadOnlyList<RunDifference> Differences, IReadOnlyList<string> Notes);

/// <param name="ShortId">As much of the id as tells the runs apart; it stands for the run where an id is asked for.</param>
/// <param name="Means">By metric and variant.</param>
public sealed record ComparedRun(
    string RunId, string ShortId, string Name, RunStatus Status, DateTimeOffset CreatedAt, IReadOnlyList<string> Tags, int Scenarios, int SamplesPerScenario, IReadOnlyList<RunMean> Means);

/// <param name="Mean">Of the scenario means; null without any score.</param>
public sealed record RunMean(string Metric, string Variant, string Model, double? Mean, long Scores);

/// <summary>Is a variant of a run better than that of the baseline, on the scenarios that both runs have?</summary>
/// <param name="Verdict">better, worse, equivalent or inconclusive.</param>
/// <param name="Effect">Run minus baseline, the mean over the scenarios of both.</param>
/// <param name="AdjustedPValue">Of no difference, adjusted for all differences by this metric.</param>
/// <param name="Bounds">What the effect could be had the missing cells been scored; null when none is missing or the scale is unknown.</param>
/// <param name="Reason">Why it is inconclusive.</param>
/// <param name="Summary">All of it in one sentence.</param>
/// <param name="Improved">Scenarios whose mean is better than in the baseline.</param>
/// <param name="Scenarios">The largest changes first.</param>
public sealed record RunDifference(
    string Metric,
    string RunId,
    string Variant,
    string BaselineVariant,
    string Verdict,
    double? Effect,
    ConfidenceInterval? Interval,
    double? PValue,
    double? AdjustedPValue,
    double? Margin,
    string Method,
    EffectBounds? Bounds,
    string? Reason,
    string Summary,
    int Improved,
    int Worse,
    int Unchanged,
    IReadOnlyList<ScenarioChange> Scenarios);

/// <param name="Baseline">The mean of its samples in the baseline; null where it has no score there.</param>
/// <param name="Difference">Null where either has no score.</param>
public sealed record ScenarioChange(string ScenarioId, string ScenarioName, double? Baseline, double? Mean, double? Difference);

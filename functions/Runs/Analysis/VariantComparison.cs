using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Is a variant better than its control, by one scorer? What each field means is in docs/verdicts.md.</summary>
/// <param name="Metric">The scorer.</param>
/// <param name="Verdict">better, worse, equivalent or inconclusive.</param>
/// <param name="Effect">Variant minus control, the mean over the scenarios that both have a score of.</param>
/// <param name="AdjustedPValue">For all pairs of this metric.</param>
/// <param name="Method">In words.</param>
/// <param name="Bounds">What the effect could be had the missing cells been scored; null when none is missing or the scale is unknown.</param>
/// <param name="Reason">Why it is inconclusive.</param>
/// <param name="Summary">The comparison in one sentence; null, like all that follow, in analyses of earlier versions.</param>
/// <param name="Assumption">What the numbers rest on where there are few scenarios or clusters.</param>
/// <param name="OnTheseScenarios">The same difference on these very scenarios, were they asked again; null with one sample a scenario.</param>
/// <param name="StandardizedEffect">The effect in standard deviations of the differences (Cohen's d_z).</param>
/// <param name="CliffsDelta">How much more often a scenario mean of the variant is above one of the control than below, -1 to 1.</param>
public sealed record VariantComparison(
    string Metric,
    string Variant,
    string Control,
    string Verdict,
    double? Effect,
    ConfidenceInterval? Interval,
    double? PValue,
    double? AdjustedPValue,
    double? EquivalencePValue,
    double? Margin,
    string Method,
    int Items,
    int Clusters,
    EffectBounds? Bounds = null,
    RetryShift? RetryShift = null,
    string? Reason = null,
    string? Summary = null,
    string? Assumption = null,
    IReadOnlyList<InferenceWarning>? Warnings = null,
    FixedItemsComparison? OnTheseScenarios = null,
    double? StandardizedEffect = null,
    double? CliffsDelta = null,
    string? SummaryOnTheseScenarios = null);

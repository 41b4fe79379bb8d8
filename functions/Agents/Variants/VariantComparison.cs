using System.Text.Json.Serialization;
using FunctionsEval.Statistics;

namespace FunctionsEval.Agents.Variants;

/// <summary>How variants of agents do against a baseline.</summary>
/// <param name="By">What the variants are: prompt_variant, skill_version, model or executor.</param>
/// <param name="Level">Of every interval of a comparison: 95% for all comparisons together (Bonferroni).</param>
/// <param name="Method">observed, or inverse_probability where variants were drawn with recorded probabilities.</param>
/// <param name="Warnings">What the numbers cannot tell.</param>
public sealed record VariantReport(
    string By,
    string? TaskType,
    int WindowDays,
    string? Baseline,
    double Margin,
    int MinSamples,
    double Level,
    string Method,
    IReadOnlyList<VariantSummary> Variants,
    IReadOnlyList<VariantDifference> Comparisons,
    IReadOnlyList<string> Warnings);

/// <param name="Interval">Wilson's of the success rate.</param>
/// <param name="GeometricMeanSeconds">Of completed tasks.</param>
/// <param name="CostPerSuccessUsd">Of the tasks whose cost is known: their cost for each that completed.</param>
/// <param name="CostInterval">Fieller's; null where successes are too few to bound it.</param>
public sealed record VariantSummary(
    string Variant,
    long Tasks,
    long Completed,
    double SuccessRate,
    Bounds? Interval,
    double? GeometricMeanSeconds,
    double? CostPerSuccessUsd,
    Bounds? CostInterval);

/// <param name="SuccessDifference">Variant minus baseline.</param>
/// <param name="Interval">Newcombe's.</param>
/// <param name="Stratified">The difference within types of tasks, where the variants saw different ones; the verdict is of it then.</param>
/// <param name="DurationRatio">Geometric means of completed tasks, variant / baseline.</param>
/// <param name="Verdict">better, worse, equivalent or inconclusive, in success.</param>
/// <param name="Reason">Why it is inconclusive.</param>
public sealed record VariantDifference(
    string Variant,
    double? SuccessDifference,
    Bounds? Interval,
    StratifiedDifference? Stratified,
    double? DurationRatio,
    Bounds? DurationInterval,
    VariantVerdict Verdict,
    string? Reason,
    string Sentence);

/// <param name="TaskTypes">Those that both saw.</param>
public sealed record StratifiedDifference(double SuccessDifference, Bounds Interval, IReadOnlyList<string> TaskTypes);

public sealed record Bounds(double Lower, double Upper)
{
    public static Bounds? Of(ConfidenceInterval? interval) => interval is null ? null : new Bounds(Math.Round(interval.Lower, 4), Math.Round(interval.Upper, 4));
}

[JsonConverter(typeof(SnakeCaseEnumConverter<VariantVerdict>))]
public enum VariantVerdict
{
    Better,
    Worse,
    Equivalent,
    Inconclusive,
}

using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics;

namespace FunctionsEval.AbTests;

/// <summary>What an A/B test came to. The candidate is the unit: samples are averaged inside it first.</summary>
/// <param name="Comparisons">Verdicts on the variants, from the differences on the same candidates: by ai_score and by each flag.</param>
public sealed record AbTestAnalysis(
    string RunId, DateTimeOffset ComputedAt, IReadOnlyList<AbTestVariantSummary> PerVariant, IReadOnlyList<VariantComparison>? Comparisons = null);

/// <param name="Score">The mean ai_score over candidates, with its interval.</param>
/// <param name="Relevant">Share of candidates, 0..1; so are the other flags.</param>
/// <param name="CostUsd">Of its answered calls; null when a call of it has no known price.</param>
/// <param name="InvalidRate">Cells whose answer could not be read, of all that ended; so is the error rate of those without an answer.</param>
public sealed record AbTestVariantSummary(
    string Variant,
    string Model,
    Estimate Score,
    Estimate Relevant,
    Estimate Novel,
    Estimate DeepSummarize,
    long Cells,
    double InvalidRate,
    double ErrorRate,
    long? MedianLatencyMs,
    long? P95LatencyMs,
    long InputTokens,
    long OutputTokens,
    decimal? CostUsd = null);

public sealed record Estimate(double? Mean, ConfidenceInterval? Interval)
{
    public static Estimate Of(ModelStatistics? statistics) => new(statistics?.Mean, statistics?.ConfidenceInterval);
}

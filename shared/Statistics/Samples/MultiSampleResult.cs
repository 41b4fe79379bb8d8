using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Statistics.Repeats;

namespace FunctionsEval.Statistics.Samples;

/// <summary>What a run says: each variant, and which items its samples agree on.</summary>
/// <param name="MostVariable">The items with the largest variance between samples of the same variant, at most five; none unless items differ in it
/// beyond chance, and none that does not vary.</param>
/// <param name="MostStable">The ones with the smallest, at most five, none of them among the most variable.</param>
/// <param name="VariabilityPValue">Of items that all vary alike; null where it cannot be told.</param>
public sealed record MultiSampleResult(
    IReadOnlyList<VariantAnalysis> Variants,
    IReadOnlyList<ItemVariance> MostVariable,
    IReadOnlyList<ItemVariance> MostStable,
    double? VariabilityPValue);

/// <summary>One variant; the item is the unit, so mean, spread and interval are those of the item means, however many samples each has.</summary>
/// <param name="SampleCount">Cells that were scored.</param>
/// <param name="ItemCount">Items with at least one of them.</param>
/// <param name="MissingCount">Cells of the plan without any outcome.</param>
/// <param name="Mean">With its interval, which respects clusters and the ends of the scale; null without a score.</param>
/// <param name="AverageWithinVariance">Over items with two samples or more; null when there is none.</param>
/// <param name="Consistency">Null when the scale is unknown or no item has two samples.</param>
/// <param name="Components">How much lies between items and how much between samples; null with one sample an item.</param>
/// <param name="Passes">How often at least one, and every one, of k samples passes; empty unless the scorer says pass or fail, several times.</param>
public sealed record VariantAnalysis(
    int Variant,
    long SampleCount,
    int ItemCount,
    long InvalidCount,
    long FailedCount,
    long MissingCount,
    SummaryStatistics ItemMeans,
    MeanInference? Mean,
    double? AverageWithinVariance,
    ConsistencyEstimate? Consistency,
    VarianceComponents? Components,
    IReadOnlyList<RepeatedPasses> Passes,
    ScoreDistribution Distribution);

/// <summary>The samples of one variant on one item.</summary>
public sealed record PairAnalysis(int Item, int Variant, SummaryStatistics Samples, ConfidenceInterval? ConfidenceInterval);

/// <param name="Variance">The mean of the variances that the variants' samples of this item have.</param>
public sealed record ItemVariance(int Item, double Variance);

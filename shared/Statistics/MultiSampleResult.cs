namespace FunctionsEval.Statistics;

/// <summary>What a run says: each variant, and which items its samples agree on.</summary>
/// <param name="MostVariable">The items with the largest variance between samples of the same variant, at most five; none that does not vary.</param>
/// <param name="MostStable">The ones with the smallest, at most five, none of them among the most variable.</param>
public sealed record MultiSampleResult(
    IReadOnlyList<VariantAnalysis> Variants, IReadOnlyList<ItemVariance> MostVariable, IReadOnlyList<ItemVariance> MostStable);

/// <summary>One variant; the item is the unit, so mean, spread and interval are those of the item means, however many samples each has.</summary>
/// <param name="SampleCount">Cells that were scored.</param>
/// <param name="ItemCount">Items with at least one of them.</param>
/// <param name="MissingCount">Cells of the plan without any outcome.</param>
/// <param name="AverageWithinVariance">Over items with two samples or more; null when there is none.</param>
/// <param name="Consistency">From 0 to 1; null when the scale is unknown or no item has two samples.</param>
public sealed record VariantAnalysis(
    int Variant,
    long SampleCount,
    int ItemCount,
    long InvalidCount,
    long FailedCount,
    long MissingCount,
    SummaryStatistics ItemMeans,
    ConfidenceInterval? ConfidenceInterval,
    double? AverageWithinVariance,
    double? Consistency,
    ConsistencyLabel? ConsistencyLabel,
    ScoreDistribution Distribution);

/// <summary>The samples of one variant on one item.</summary>
public sealed record PairAnalysis(int Item, int Variant, SummaryStatistics Samples, ConfidenceInterval? ConfidenceInterval);

/// <param name="Variance">The mean of the variances that the variants' samples of this item have.</param>
public sealed record ItemVariance(int Item, double Variance);

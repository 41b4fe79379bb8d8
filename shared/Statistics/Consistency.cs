namespace FunctionsEval.Statistics;

/// <summary>In words, by the thresholds of <see cref="Consistency"/>.</summary>
public enum ConsistencyLabel
{
    Low,
    Medium,
    High,
}

/// <summary>How alike a variant's samples of one item are: 1 when they never differ, 0 when they differ as much as the scale allows.</summary>
public static class Consistency
{
    public const double High = 0.9;
    public const double Medium = 0.7;

    /// <summary>The part of the largest possible variance that a pair's samples leave unused, from 0 to 1. Measured against their own
    /// number, so pairs with fewer samples weigh alike.</summary>
    public static double Of(double variance, int sampleCount, double min, double max)
    {
        var largest = MaximumVariance.Of(sampleCount, min, max);
        return largest == 0 ? 1 : Math.Clamp(1 - (variance / largest), 0, 1);
    }

    public static ConsistencyLabel LabelOf(double consistency) =>
        consistency >= High ? ConsistencyLabel.High : consistency >= Medium ? ConsistencyLabel.Medium : ConsistencyLabel.Low;
}

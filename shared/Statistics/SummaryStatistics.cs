namespace FunctionsEval.Statistics;

/// <summary>What is said of a set of numbers. Null: variance and deviation below two values, and everything but the count for none.</summary>
public sealed record SummaryStatistics(int Count, double? Mean, double? Variance, double? StdDev, double? Min, double? Max, double? Range)
{
    public static SummaryStatistics Of(ReadOnlySpan<double> values) => Of(RunningMoments.Of(values));

    public static SummaryStatistics Of(RunningMoments moments) => moments.Count switch
    {
        0 => new SummaryStatistics(0, null, null, null, null, null, null),
        1 => new SummaryStatistics(1, moments.Mean, null, null, moments.Min, moments.Max, 0),
        _ => new SummaryStatistics(
            moments.Count, moments.Mean, moments.Variance, moments.StandardDeviation, moments.Min, moments.Max, moments.Range),
    };
}

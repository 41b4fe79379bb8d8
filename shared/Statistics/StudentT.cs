namespace FunctionsEval.Statistics;

/// <summary>The interval of a mean, mean ± t(1-α/2, n-1)·s/√n: Student (1908), doi:10.1093/biomet/6.1.1. Null below two values.</summary>
public static class StudentT
{
    public static ConfidenceInterval? IntervalOfMean(ReadOnlySpan<double> values, double level) => IntervalOfMean(RunningMoments.Of(values), level);

    public static ConfidenceInterval? IntervalOfMean(RunningMoments moments, double level)
    {
        ConfidenceInterval.CheckLevel(level);
        return moments.Count < 2 ? null : IntervalOfMean(moments, level, CriticalValue(moments.Count - 1, level));
    }

    /// <summary>The two-sided critical value: the (1+level)/2 quantile.</summary>
    public static double CriticalValue(int degreesOfFreedom, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        ConfidenceInterval.CheckLevel(level);
        return MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, degreesOfFreedom, (1 + level) / 2);
    }

    internal static ConfidenceInterval IntervalOfMean(RunningMoments moments, double level, double criticalValue)
    {
        var margin = criticalValue * moments.StandardDeviation / Math.Sqrt(moments.Count);
        return new ConfidenceInterval(moments.Mean - margin, moments.Mean + margin, level);
    }
}

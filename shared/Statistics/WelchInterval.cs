using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics;

/// <summary>Interval of the difference of two independent means whose variances may differ: Welch (1947), doi:10.1093/biomet/34.1-2.28. Of logarithms, its
/// exponential is the interval of the ratio of geometric means.</summary>
public static class WelchInterval
{
    /// <param name="error1">Standard error of the first mean.</param>
    /// <param name="count1">Values behind it; at least 2.</param>
    public static ConfidenceInterval OfDifference(double mean1, double error1, double count1, double mean2, double error2, double count2, double level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count1, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(count2, 2);
        ConfidenceInterval.CheckLevel(level);
        var difference = mean1 - mean2;
        var (variance1, variance2) = (error1 * error1, error2 * error2);
        var variance = variance1 + variance2;
        if (variance == 0)
        {
            return new ConfidenceInterval(difference, difference, level);
        }

        var freedom = variance * variance / ((variance1 * variance1 / (count1 - 1)) + (variance2 * variance2 / (count2 - 1)));
        var margin = StudentT.InvCDF(0, 1, freedom, (1 + level) / 2) * Math.Sqrt(variance);
        return new ConfidenceInterval(difference - margin, difference + margin, level);
    }
}

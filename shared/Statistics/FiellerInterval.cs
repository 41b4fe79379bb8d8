using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics;

/// <summary>Interval of the ratio of two means of the same units, such as cost per success: Fieller (1954), doi:10.1111/j.2517-6161.1954.tb00159.x.</summary>
public static class FiellerInterval
{
    /// <param name="count">Units; at least 2.</param>
    /// <param name="numeratorVariance">Of a unit, divided by n-1; so are the other variance and the covariance.</param>
    /// <returns>Null where the denominator is not told from 0: then any ratio is possible.</returns>
    public static ConfidenceInterval? OfRatio(
        long count, double numerator, double denominator, double numeratorVariance, double denominatorVariance, double covariance, double level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        ConfidenceInterval.CheckLevel(level);
        var t = StudentT.InvCDF(0, 1, count - 1, (1 + level) / 2);
        var scale = t * t / count;
        var a = (denominator * denominator) - (scale * denominatorVariance);
        var b = (numerator * denominator) - (scale * covariance);
        var c = (numerator * numerator) - (scale * numeratorVariance);
        if (a <= 0)
        {
            return null;
        }

        var root = Math.Sqrt(Math.Max(0, (b * b) - (a * c)));
        return new ConfidenceInterval((b - root) / a, (b + root) / a, level);
    }
}

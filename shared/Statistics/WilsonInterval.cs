using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics;

/// <summary>Score interval of a proportion: stays inside [0, 1] and is sound for few trials and extreme shares, unlike p ± z·se.
/// Wilson (1927), doi:10.1080/01621459.1927.10502953. Null without trials.</summary>
public static class WilsonInterval
{
    public static ConfidenceInterval? OfProportion(long successes, long trials, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        ConfidenceInterval.CheckLevel(level);
        if (trials == 0)
        {
            return null;
        }

        // Exact at the ends, where rounding leaves a trace on either side.
        var interval = OfShare((double)successes / trials, trials, level);
        return interval with { Lower = successes == 0 ? 0 : interval.Lower, Upper = successes == trials ? 1 : interval.Upper };
    }

    /// <summary>Of a share of values that are not all worth the same; <paramref name="n"/> is how many equal ones they are worth.</summary>
    public static ConfidenceInterval OfShare(double share, double n, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        var (lower, upper) = Ends(share, n, Normal.InvCDF(0, 1, (1 + level) / 2));
        return new ConfidenceInterval(lower, upper, level);
    }

    /// <summary>The shares that lie within so many standard errors of their own.</summary>
    internal static (double Lower, double Upper) Ends(double share, double n, double z)
    {
        var scale = 1 + (z * z / n);
        var center = (share + (z * z / (2 * n))) / scale;
        var margin = z / scale * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n)));
        return (Math.Max(0, center - margin), Math.Min(1, center + margin));
    }
}

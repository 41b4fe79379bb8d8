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

        var n = (double)trials;
        var share = successes / n;
        var z = Normal.InvCDF(0, 1, (1 + level) / 2);
        var scale = 1 + (z * z / n);
        var center = (share + (z * z / (2 * n))) / scale;
        var margin = z / scale * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n)));

        // Exact at the ends, where rounding leaves a trace on either side.
        return new ConfidenceInterval(
            successes == 0 ? 0 : Math.Max(0, center - margin), successes == trials ? 1 : Math.Min(1, center + margin), level);
    }
}

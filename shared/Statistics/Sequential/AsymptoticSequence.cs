namespace FunctionsEval.Statistics.Sequential;

/// <summary>
/// An interval of the mean that holds at all looks together without a bound on the spread, which is estimated:
/// mean ± s·√(2(tρ² + 1)/(t²ρ²)·ln(√(tρ² + 1)/α)). Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), doi:10.1214/24-AOS2408,
/// arXiv:2103.06476. For independent observations in random order, one a finished item (or cluster).
/// </summary>
public static class AsymptoticSequence
{
    /// <summary>Looks before this many observations are not covered by the promise.</summary>
    public const int MinCount = 50;

    /// <summary>Null below <see cref="MinCount"/> observations, or when all are alike: a spread that has not been seen cannot be used.</summary>
    /// <param name="rho">See <see cref="RhoFor"/>; fixed before the first look.</param>
    public static ConfidenceInterval? Interval(RunningMoments observations, double rho, double level)
    {
        ArgumentRules.CheckPositive(rho, nameof(rho));
        ConfidenceInterval.CheckLevel(level);
        if (observations.Count < MinCount || observations.Range == 0)
        {
            return null;
        }

        double t = observations.Count;
        var spread = (t * rho * rho) + 1;
        var radius = observations.StandardDeviation
            * Math.Sqrt(2 * spread / (t * t * rho * rho) * ((Math.Log(spread) / 2) - Math.Log(1 - level)));
        return new ConfidenceInterval(observations.Mean - radius, observations.Mean + radius, level);
    }

    /// <summary>The ρ that is close to narrowest after so many observations: √((-2 ln α + ln(1 - 2 ln α))/t), their appendix B.2.</summary>
    public static double RhoFor(long horizon, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizon);
        ConfidenceInterval.CheckLevel(level);
        var offset = -2 * Math.Log(1 - level);
        return Math.Sqrt((offset + Math.Log(1 + offset)) / horizon);
    }
}

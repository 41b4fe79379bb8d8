namespace FunctionsEval.Statistics.Sequential;

/// <summary>
/// An interval of the mean that holds at all looks together, for observations whose spread is known to be bounded: σ-sub-Gaussian, such as
/// values in [-σ, σ]. |Σ(X - μ)| ≤ σ·√((t + ρ)·ln((t + ρ)/(ρα²))) for all t with probability 1-α: Robbins (1970),
/// doi:10.1214/aoms/1177696786; Howard, Ramdas, McAuliffe and Sekhon (2021), doi:10.1214/20-AOS1991. Sound from the first observation.
/// </summary>
public static class NormalMixture
{
    /// <param name="count">Independent observations so far: items, or clusters.</param>
    /// <param name="sigma">Half the range of one observation; 1 for differences of scores in [0, 1].</param>
    /// <param name="rho">How the tightness is spread over time, see <see cref="RhoFor"/>; fixed before the first look.</param>
    public static ConfidenceInterval Interval(double mean, long count, double sigma, double rho, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentRules.CheckPositive(sigma, nameof(sigma));
        ArgumentRules.CheckPositive(rho, nameof(rho));
        ConfidenceInterval.CheckLevel(level);
        RunningMoments.Check(mean);
        var radius = sigma * Math.Sqrt((count + rho) * (Math.Log((count + rho) / rho) - (2 * Math.Log(1 - level)))) / count;
        return new ConfidenceInterval(mean - radius, mean + radius, level);
    }

    /// <summary>The ρ whose interval is narrowest after so many observations: t/x with x = ln(1 + x) + 2·ln(1/α), Howard and others (2021),
    /// section 3.5.</summary>
    public static double RhoFor(long horizon, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizon);
        ConfidenceInterval.CheckLevel(level);
        var offset = -2 * Math.Log(1 - level);
        var x = offset + Math.Log(1 + offset);
        for (var round = 0; round < 200; round++)
        {
            x = offset + Math.Log(1 + x);
        }

        return horizon / x;
    }
}

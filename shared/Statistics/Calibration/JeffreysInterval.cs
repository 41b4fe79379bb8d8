using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>
/// Interval of a share by Jeffreys' prior: quantiles of Beta(x + 1/2, n - x + 1/2), to 0 or 1 where nothing or all was seen. Brown, Cai and DasGupta (2001),
/// doi:10.1214/ss/1009213286: of few trials and shares near an end it is narrower than Wilson's, whose coverage is higher there than promised.
/// </summary>
internal static class JeffreysInterval
{
    private const int Rounds = 60;

    // Of a count that may be a sum of weights.
    private const double Rounding = 1e-9;

    /// <param name="n">How many independent trials the share is worth, more than 0.</param>
    /// <param name="z">The normal deviate of each side's error rate, 0 or more.</param>
    public static (double Lower, double Upper) Ends(double share, double n, double z)
    {
        var (hits, misses) = (share * n, (1 - share) * n);
        var error = Normal.CDF(0, 1, -z);
        var (lower, upper) = WilsonInterval.Ends(share, n, z);
        return (
            hits <= Rounding ? 0 : Math.Min(share, Quantile(hits + 0.5, misses + 0.5, error, lower)),
            misses <= Rounding ? 1 : Math.Max(share, 1 - Quantile(misses + 0.5, hits + 0.5, error, 1 - upper)));
    }

    /// <summary>By Newton's rule, kept between what is too low and what is too high: a few steps from a guess that is near, where a search from afar takes fifty.</summary>
    private static double Quantile(double a, double b, double probability, double guess)
    {
        var (low, high) = (0.0, 1.0);
        var x = Math.Clamp(guess, 1e-12, 1 - 1e-12);
        var density = SpecialFunctions.GammaLn(a + b) - SpecialFunctions.GammaLn(a) - SpecialFunctions.GammaLn(b);
        for (var round = 0; round < Rounds; round++)
        {
            var beyond = SpecialFunctions.BetaRegularized(a, b, x) - probability;
            (low, high) = beyond > 0 ? (low, x) : (x, high);
            var next = x - (beyond / Math.Exp(density + ((a - 1) * Math.Log(x)) + ((b - 1) * Math.Log(1 - x))));
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - x) <= 1e-13 * (1 + x))
            {
                return next;
            }

            x = next;
        }

        return x;
    }
}

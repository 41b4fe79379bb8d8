using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;

namespace FunctionsEval.Statistics.Planning;

/// <summary>P[T > t] of T = (Z + shift)/√(χ²/f), the law of a t statistic under an effect: the mean of Φ(shift - t·s) over s = √(χ²/f),
/// by Gauss-Legendre panels. Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 31.</summary>
internal static class NoncentralT
{
    private const int Panels = 16;
    private static readonly GaussLegendreRule Rule = new(0, 1, 12);

    /// <param name="t">Positive.</param>
    internal static double UpperTail(double t, double degreesOfFreedom, double shift)
    {
        // s has a standard deviation of about 1/√(2f); beyond twelve of them nothing is left.
        var reach = 12 / Math.Sqrt(2 * degreesOfFreedom);
        var from = Math.Max(0, 1 - reach);
        var to = 1 + reach;

        // Φ falls from 1 to 0 between these two, which for a large t lie too close for evenly spaced panels to see.
        var fallsFrom = Math.Clamp((shift - 9) / t, from, to);
        var fallsTo = Math.Clamp((shift + 9) / t, from, to);
        var (tail, whole) = (0.0, 0.0);
        Sum(from, fallsFrom);
        Sum(fallsFrom, fallsTo);
        Sum(fallsTo, to);
        return tail / whole;

        void Sum(double start, double end)
        {
            var width = (end - start) / Panels;
            for (var node = 0; width > 0 && node < Panels * Rule.Order; node++)
            {
                var s = start + (((node / Rule.Order) + Rule.GetAbscissa(node % Rule.Order)) * width);

                // Without its constant, which would cost the digits of a large log-gamma: the same rule sums the whole.
                var density = width * Rule.GetWeight(node % Rule.Order)
                    * Math.Exp(((degreesOfFreedom - 1) * Math.Log(s)) + (degreesOfFreedom * (1 - (s * s)) / 2));
                tail += density * Normal.CDF(0, 1, shift - (t * s));
                whole += density;
            }
        }
    }
}

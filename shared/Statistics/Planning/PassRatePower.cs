using FunctionsEval.Statistics.Inference;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// How often the test of pass or fail with one sample finds that the first variant passes more: the chance of every number of items that differ (binomial), times that of so many
/// passed by the first alone that the test rejects. Complete enumeration, as Fagerland, Lydersen and Laake (2013), doi:10.1186/1471-2288-13-91, do for McNemar's test.
/// </summary>
internal static class PassRatePower
{
    private const double Negligible = 1e-7;

    /// <param name="onlyFirst">The chance that an item is passed by the first variant alone.</param>
    public static double Of(int items, double onlyFirst, double onlySecond, double alpha)
    {
        var (power, differing) = (0.0, onlyFirst + onlySecond);
        for (var both = 1; differing > 0 && both <= items; both++)
        {
            var chance = Binomial.PMF(Math.Min(1, differing), items, both);
            if (chance > Negligible && FewestThatReject(items, both, alpha) is { } fewest)
            {
                power += chance * BinomialTail.AtLeast(fewest, both, onlyFirst / differing);
            }
        }

        return power;
    }

    // The more of them the first one has, the smaller is the p-value.
    private static int? FewestThatReject(int items, int differing, double alpha)
    {
        if (!Rejects(differing))
        {
            return null;
        }

        var (no, yes) = (differing / 2, differing);
        while (yes - no > 1)
        {
            var middle = (no + yes) / 2;
            (no, yes) = Rejects(middle) ? (no, middle) : (middle, yes);
        }

        return yes;

        bool Rejects(int first) => Method.OfPassOrFail(first, differing - first, items).TwoSided(0) <= alpha;
    }
}

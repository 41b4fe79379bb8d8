using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Statistics.Planning;

/// <summary>Below so many items no verdict is ever given, however large the effect: <see cref="DifferenceTest"/> refuses, or the signs of so
/// few clusters cannot reach the error rate (2^(1-m) at best).</summary>
public static class FewestItems
{
    public static int Of(double itemsPerCluster, double alpha)
    {
        ArgumentRules.CheckAlpha(alpha);
        if (!(itemsPerCluster >= 1) || !double.IsFinite(itemsPerCluster))
        {
            throw new ArgumentOutOfRangeException(nameof(itemsPerCluster), itemsPerCluster, "A cluster has at least one item.");
        }

        var signs = (int)Math.Ceiling(1 - Math.Log2(alpha) - 1e-9);
        return Math.Max(DifferenceTest.MinItems, (int)Math.Ceiling(Math.Max(DifferenceTest.MinClusters, signs) * itemsPerCluster));
    }
}

using MathNet.Numerics;

namespace FunctionsEval.Statistics.Comparisons;

/// <summary>
/// Two variants, one pass-or-fail sample an item: only the items on which they disagree tell them apart, and by chance each side wins half
/// of those. McNemar (1947), doi:10.1007/BF02295996. Not valid for pooled samples of the same items. Without discordant items p is 1.
/// </summary>
public static class McNemar
{
    /// <summary>Twice the binomial tail, at most 1: never rejects too often, at the price of power.</summary>
    /// <param name="onlyFirst">Items that only the first variant passed.</param>
    public static double ExactPValue(long onlyFirst, long onlySecond)
    {
        var (tail, _) = LowerTail(onlyFirst, onlySecond);
        return Math.Min(1, 2 * tail);
    }

    /// <summary>Counts half of the observed outcome's probability: close to the nominal rate, recommended by Fagerland, Lydersen and Laake
    /// (2013), doi:10.1186/1471-2288-13-91.</summary>
    public static double MidPValue(long onlyFirst, long onlySecond)
    {
        var (tail, point) = LowerTail(onlyFirst, onlySecond);
        return Math.Min(1, 2 * (tail - (point / 2)));
    }

    // P[X <= k] and P[X = k] of Binomial(n, 1/2). Terms shrink at least as fast as those of a normal tail, so that few are summed.
    private static (double Tail, double Point) LowerTail(long onlyFirst, long onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var n = onlyFirst + onlySecond;
        var k = Math.Min(onlyFirst, onlySecond);
        var point = n < 1_000
            ? SpecialFunctions.Binomial((int)n, (int)k) * Math.Pow(0.5, n)
            : Math.Exp(SpecialFunctions.GammaLn(n + 1) - SpecialFunctions.GammaLn(k + 1) - SpecialFunctions.GammaLn(n - k + 1) - (n * Constants.Ln2));
        var sum = 1.0;
        var term = 1.0;
        for (var j = k; j > 0 && term > sum * 1e-17; j--)
        {
            term *= (double)j / (n - j + 1);
            sum += term;
        }

        return (sum * point, point);
    }
}

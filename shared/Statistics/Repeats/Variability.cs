using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Repeats;

/// <summary>Do samples vary more on some items than on others, or does a ranking of items by their variances only rank chance?</summary>
public static class Variability
{
    /// <summary>Above it items are not ranked.</summary>
    public const double Alpha = 0.01;

    /// <summary>
    /// Of several variants: items that vary for one vary for the others too, were the items' labels of each variant to be permuted (the sum of
    /// the correlations of their variances; Pitman 1937, doi:10.2307/2983647). Of a single one: the variances differ more than those of samples from
    /// normal laws of one variance, or of pass or fail with one rate (Pearson's chi-square). Null when nothing varies, or no item has two samples.
    /// </summary>
    /// <param name="variants">Each with the samples of all items.</param>
    public static double? PValue(IReadOnlyList<RunningMoments[]> variants, bool isPassOrFail)
    {
        ArgumentNullException.ThrowIfNull(variants);
        return variants.Count == 1 ? OfOne(variants[0], isPassOrFail) : OfSeveral(variants, isPassOrFail);
    }

    private static double? OfSeveral(IReadOnlyList<RunningMoments[]> variants, bool isPassOrFail)
    {
        int[] items = [.. Enumerable.Range(0, variants[0].Length).Where(item => variants.All(variant => variant[item].Count > 1))];
        if (items.Length < 3)
        {
            return null;
        }

        var (sums, squares, used) = (new double[items.Length], new double[items.Length], 0);
        foreach (var variant in variants)
        {
            var moments = RunningMoments.Of([.. items.Select(item => variant[item].Variance)]);
            if (moments.Range == 0)
            {
                continue;
            }

            used++;
            for (var place = 0; place < items.Length; place++)
            {
                var z = (variant[items[place]].Variance - moments.Mean) / moments.StandardDeviation;
                sums[place] += z;
                squares[place] += z * z;
            }
        }

        if (used < 2)
        {
            return used == 0 ? null : OfOne(variants.First(variant => items.Any(item => variant[item].Variance > 0)), isPassOrFail);
        }

        // Σ over pairs of variants of z·z, which permuting makes 0 on average, each pair with variance n - 1.
        var products = Enumerable.Range(0, items.Length).Sum(place => ((sums[place] * sums[place]) - squares[place]) / 2);
        return Normal.CDF(0, 1, -products / Math.Sqrt((items.Length - 1) * (used * (used - 1) / 2.0)));
    }

    private static double? OfOne(RunningMoments[] items, bool isPassOrFail)
    {
        var known = items.Where(item => item.Count > 1).ToList();
        if (known.Count < 3)
        {
            return null;
        }

        var samples = known.Sum(item => (double)item.Count);
        var mean = known.Sum(item => item.Mean * item.Count) / samples;
        var within = known.Sum(item => item.Variance * (item.Count - 1)) / known.Sum(item => item.Count - 1.0);
        if (isPassOrFail)
        {
            return mean is 0 or 1 ? null : 1 - ChiSquared.CDF(known.Count - 1, known.Sum(item => item.Count * Math.Pow(item.Mean - mean, 2)) / (mean * (1 - mean)));
        }

        if (within == 0)
        {
            return null;
        }

        // Of normal samples (s²/σ² - 1)² has mean 2/f and variance 8/f² + 48/f³ with f = K - 1; their sum is close to a gamma law.
        var sum = known.Sum(item => Math.Pow((item.Variance / within) - 1, 2));
        var expected = known.Sum(item => 2.0 / (item.Count - 1));
        var variance = known.Sum(item => (8 / Math.Pow(item.Count - 1, 2)) + (48 / Math.Pow(item.Count - 1, 3)));
        return 1 - Gamma.CDF(expected * expected / variance, expected / variance, sum);
    }
}

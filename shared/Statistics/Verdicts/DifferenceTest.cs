using System.Globalization;
using FunctionsEval.Statistics.Comparisons;
using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Verdicts;

/// <summary>
/// Chooses the method that holds for the data and applies it. Where few units carry the difference the p-value comes from their signs (McNemar,
/// sign flips): a t statistic of rare disagreements rejects far too often. From seven such units on it is the mid-p, which finds
/// what the plan promises where scores are coarse; the exact one would find up to 12 points less. The interval is that of the paired,
/// clustered t; where most items do not differ at all it is made of the data and one item at either end of the scale, as Bonett and Price
/// (2012), doi:10.3102/1076998611411915, do for pass or fail, since a spread that was hardly seen is no proof of a small one. Its end at 0
/// follows the test.
/// </summary>
public static class DifferenceTest
{
    /// <summary>Below this no method holds what it promises.</summary>
    public const int MinItems = 10;

    /// <summary>Signs of five clusters cannot reach 5%, and nothing else holds for so few.</summary>
    public const int MinClusters = 6;

    // Up to so many units that differ, signs are flipped: exact under the hypothesis, and cheap.
    private const int MaxFlippedUnits = 200;
    private const int FewUnits = 20;

    // Of six clusters with sums of their own the mid-p would let 6.3% through: their signs come in steps of 3.1%.
    internal const int MinUnitsForMidP = 7;

    public static DifferenceEvidence Of(PairedScores scores, VerdictOptions options, Random random)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        var differences = Differences(scores);
        int[] clusters = [.. scores.Clusters];
        var index = ClusterIndex.Of(clusters);
        double? effect = differences.Length == 0 ? null : RunningMoments.Of(differences).Mean;
        if (TooFew(differences.Length, index.Count) is { } limit)
        {
            return new DifferenceEvidence(effect, null, null, null, "none", differences.Length, index.Count, limit);
        }

        var units = index.SumsOf(differences);
        var differing = units.Count(sum => sum != 0);
        var isClustered = index.Count < differences.Length;
        var isSinglePassOrFail = scores is { IsPassOrFail: true, SamplesPerItem: 1 } && !isClustered;
        var isSparse = differing < FewUnits && 2 * differing < units.Length;
        var reach = isSinglePassOrFail ? 1 : isSparse ? scores.Range : null;
        var estimate = Estimate(differences, clusters, reach);
        var (pValue, test) = Test(differences, clusters, estimate, differing, isSinglePassOrFail, options.Draws, random);
        var isBounded = !isSparse || reach is not null;
        var method = string.Create(CultureInfo.InvariantCulture, $"{test}; {IntervalWords(scores, isClustered, reach)}");
        return new DifferenceEvidence(
            effect,
            isBounded ? Interval(estimate, effect!.Value, pValue, options) : null,
            pValue,
            isBounded && options.Margin is { } margin ? EquivalenceOf(differences, clusters, estimate, isSparse, margin, options, random) : null,
            method,
            differences.Length,
            index.Count,
            isBounded ? null : $"Only {differing} of {units.Length} units differ, and without a known scale nothing bounds the others: give the scorer min and max.");
    }

    private static string? TooFew(int items, int clusters) => (items, clusters) switch
    {
        (0, _) => "No item has a score of both variants.",
        ( < MinItems, _) => $"Only {items} items have a score of both variants; no method holds below {MinItems}.",
        (_, 1) => "All items belong to one cluster: nothing tells how much clusters differ.",
        (_, < MinClusters) => $"Only {clusters} clusters; no method holds below {MinClusters}.",
        _ => null,
    };

    // The same samples in another order have means that differ by rounding: that is no difference.
    private static double[] Differences(PairedScores scores)
    {
        var differences = PairedDifference.Differences([.. scores.First], [.. scores.Second]);
        for (var item = 0; item < differences.Length; item++)
        {
            differences[item] = Math.Abs(differences[item]) <= 1e-12 * Math.Abs(scores.First[item]) ? 0 : differences[item];
        }

        return differences;
    }

    private static MeanEstimate Estimate(double[] differences, int[] clusters, double? reach)
    {
        if (reach is not { } end)
        {
            return ClusteredMean.Of(differences, clusters)!;
        }

        var free = clusters.Max() + 1;
        return ClusteredMean.Of([.. differences, end, -end], [.. clusters, free, free + 1])!;
    }

    private static (double PValue, string Words) Test(
        double[] differences, int[] clusters, MeanEstimate estimate, int differing, bool isSinglePassOrFail, int draws, Random random)
    {
        var isMid = differing >= MinUnitsForMidP;
        if (isSinglePassOrFail)
        {
            var (wins, losses) = (differences.Count(d => d > 0), differences.Count(d => d < 0));
            return isMid
                ? (McNemar.MidPValue(wins, losses), "McNemar's mid-p test of the items that differ")
                : (McNemar.ExactPValue(wins, losses), "McNemar's exact test of the items that differ");
        }

        var isClustered = estimate.Clusters < estimate.Items;
        var unit = isClustered ? "cluster" : "item";
        if (differing > MaxFlippedUnits && estimate.EffectiveClusters >= FewUnits)
        {
            return (estimate.PValue(0), isClustered ? "paired t test with clustered standard errors" : "paired t test of item means");
        }

        var flips = SignFlipTest.Of(differences, clusters, draws, random);
        var words = !isMid ? "exact" : flips.IsExact ? "mid-p" : string.Create(CultureInfo.InvariantCulture, $"mid-p, {flips.Assignments:N0} draws");
        return (isMid ? flips.MidPValue : flips.PValue, $"sign-flip test by {unit} ({words})");
    }

    // At the nominal rate 6.5% of differences as large as the margin would pass where few units differ, because counts are skewed, and
    // 6.6% in a dozen unequal clusters (simulated). So the former are tested at half the rate, the latter also by signs around the margin.
    private static double EquivalenceOf(
        double[] differences, int[] clusters, MeanEstimate estimate, bool isSparse, double margin, VerdictOptions options, Random random)
    {
        var pValue = Math.Min(1, (isSparse ? 2 : 1) * EquivalenceTest.Of(estimate, margin, options.Alpha).PValue);
        return estimate.EffectiveClusters >= FewUnits || estimate.Clusters == estimate.Items
            ? pValue
            : Math.Max(pValue, Math.Max(OneSided(margin), OneSided(-margin)));

        double OneSided(double bound)
        {
            var isInside = bound > 0 ? estimate.Mean < bound : estimate.Mean > bound;
            var flips = SignFlipTest.Of(Array.ConvertAll(differences, difference => difference - bound), clusters, options.Draws, random);
            return isInside ? flips.PValue / 2 : 1;
        }
    }

    private static ConfidenceInterval Interval(MeanEstimate estimate, double effect, double pValue, VerdictOptions options)
    {
        var (lower, upper) = (estimate.Interval(options.Confidence).Lower, estimate.Interval(options.Confidence).Upper);
        var rejects = pValue <= options.Alpha;

        // The interval ends at 0 where the test excludes it, and reaches out to 0 where it does not.
        lower = rejects && effect > 0 ? Math.Max(lower, 0) : !rejects ? Math.Min(lower, 0) : lower;
        upper = rejects && effect < 0 ? Math.Min(upper, 0) : !rejects ? Math.Max(upper, 0) : upper;
        return new ConfidenceInterval(lower, upper, options.Confidence);
    }

    private static string IntervalWords(PairedScores scores, bool isClustered, double? reach)
    {
        var means = scores.SamplesPerItem > 1 ? string.Create(CultureInfo.InvariantCulture, $"means of up to {scores.SamplesPerItem} samples an item") : "one sample an item";
        var spread = isClustered ? "clustered t interval" : "t interval";
        return reach is null ? $"{spread} of {means}" : $"{spread} of {means}, with one item added at either end of the scale";
    }
}

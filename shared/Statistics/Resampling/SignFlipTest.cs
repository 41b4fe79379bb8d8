using System.Numerics;

namespace FunctionsEval.Statistics.Resampling;

/// <param name="PValue">Never rejects too often; too rarely where scores are coarse and many assignments share the observed sum.</param>
/// <param name="MidPValue">Counts half of those that share it, as <see cref="Comparisons.McNemar.MidPValue"/> does: close to the nominal rate.</param>
/// <param name="IsExact">Every assignment of signs was counted.</param>
/// <param name="Assignments">How many were.</param>
public sealed record SignFlipResult(double PValue, double MidPValue, bool IsExact, int Assignments);

/// <summary>
/// Permutation test of a paired difference: were the variants alike, each cluster's difference might as well have the other sign. Two-sided
/// on the sum. Fisher (1935), The Design of Experiments, section 21; with drawn signs (1 + hits)/(1 + draws), Phipson and Smyth (2010),
/// doi:10.2202/1544-6115.1585.
/// </summary>
public static class SignFlipTest
{
    /// <summary>Up to so many clusters whose differences do not cancel, all 2^m assignments are counted.</summary>
    public const int MaxExactClusters = 20;

    /// <param name="differences">First minus second variant, item by item.</param>
    /// <param name="clusters">The cluster of each item; flipped together. Each its own number where items stand alone.</param>
    public static SignFlipResult Of(ReadOnlySpan<double> differences, ReadOnlySpan<int> clusters, int draws, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.CheckSameLength(differences.Length, clusters.Length, nameof(clusters));
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 99);
        foreach (var difference in differences)
        {
            RunningMoments.Check(difference);
        }

        // A cluster that sums to 0 is the same with either sign.
        var sums = Array.FindAll(ClusterIndex.Of(clusters).SumsOf(differences), sum => sum != 0);
        var observed = Math.Abs(sums.Sum());

        // Sums in another order differ by rounding; equal ones must count as hits.
        var rounding = 1e-12 * sums.Sum(Math.Abs);
        var (limit, beyond) = (observed - rounding, observed + rounding);
        return sums.Length <= MaxExactClusters ? Exact(sums, limit, beyond) : Drawn(sums, limit, beyond, draws, random);
    }

    // A Gray code changes one sign a step; an assignment and its mirror image hit together, so half of them suffice.
    private static SignFlipResult Exact(double[] sums, double limit, double beyond)
    {
        var steps = sums.Length == 0 ? 1 : 1 << (sums.Length - 1);
        double[] signs = [.. sums];
        var total = sums.Sum();
        var (hits, larger) = (0, 0);
        for (var step = 1; step <= steps; step++)
        {
            hits += Math.Abs(total) >= limit ? 1 : 0;
            larger += Math.Abs(total) > beyond ? 1 : 0;
            if (step < steps)
            {
                var flipped = BitOperations.TrailingZeroCount(step);
                total -= 2 * signs[flipped];
                signs[flipped] = -signs[flipped];
            }
        }


        // Where nothing differs, nothing is rare.
        var mid = sums.Length == 0 ? 1 : (hits + larger) / (2.0 * steps);
        return new SignFlipResult(hits / (double)steps, mid, true, sums.Length == 0 ? 1 : 2 * steps);
    }

    private static SignFlipResult Drawn(double[] sums, double limit, double beyond, int draws, Random random)
    {
        var totals = Replications.Run(draws, sums.Length, random, stream =>
        {
            var (total, bits) = (0.0, 0UL);
            for (var cluster = 0; cluster < sums.Length; cluster++)
            {
                bits = cluster % 64 == 0 ? stream.Next() : bits >> 1;
                total += (bits & 1) == 0 ? sums[cluster] : -sums[cluster];
            }

            return Math.Abs(total);
        });
        var (hits, larger) = (totals.Count(total => total >= limit), totals.Count(total => total > beyond));
        return new SignFlipResult((1 + hits) / (1.0 + draws), (1 + ((hits + larger) / 2.0)) / (1.0 + draws), false, draws);
    }
}

using FunctionsEval.Statistics.Comparisons;

namespace FunctionsEval.Statistics.Tests;

public sealed class Clustered_mean
{
    private static readonly double[] Scores = [0.1, 0.4, 0.35, 0.8, 0.62, 0.9, 0.15, 0.55, 0.7, 0.33];
    private static readonly int[] Clusters = [1, 1, 2, 2, 2, 3, 4, 4, 4, 4];

    [Fact]
    public void Agrees_with_R()
    {
        var estimate = ClusteredMean.Of(Scores, Clusters)!;
        var interval = estimate.Interval(0.95);

        // R: y <- c(0.1,0.4,0.35,0.8,0.62,0.9,0.15,0.55,0.7,0.33); g <- c(1,1,2,2,2,3,4,4,4,4)
        //    se <- sqrt(4/3*sum(tapply(y-mean(y),g,sum)^2))/10; mean(y)+c(-1,1)*qt(.975,3)*se; 2*pt(-abs((mean(y)-.3)/se),3)
        Assert.Equal(0.49, estimate.Mean, 1e-14);
        Assert.Equal(0.084962736930178195, estimate.StandardError, 1e-14);
        Assert.Equal(0.219610651769762744, interval.Lower, 1e-11);
        Assert.Equal(0.760389348230237294, interval.Upper, 1e-11);
        Assert.Equal(0.111345810577220580, estimate.PValue(0.3), 1e-12);
        Assert.Equal((10, 4, 3), (estimate.Items, estimate.Clusters, estimate.DegreesOfFreedom));
        Assert.Equal(100 / 30.0, estimate.EffectiveClusters, 1e-14);
    }

    [Fact]
    public void One_item_a_cluster_is_the_classic_standard_error()
    {
        var alone = ClusteredMean.Of(Scores)!;
        var clustered = ClusteredMean.Of(Scores, [.. Enumerable.Range(0, 10)])!;

        Assert.Equal(alone.StandardError, clustered.StandardError, 1e-15);
        Assert.Equal((10.0, 10.0), (alone.EffectiveClusters, clustered.EffectiveClusters));
        Assert.Equal(StudentT.IntervalOfMean(Scores, 0.9)!.Lower, clustered.Interval(0.9).Lower, 1e-14);
    }

    [Fact]
    public void Renaming_clusters_and_permuting_items_changes_nothing_and_a_shift_moves_the_mean_only()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var count = random.Next(5, 40);
            var values = random.Normals(count);
            int[] clusters = [0, 1, .. Enumerable.Range(0, count - 2).Select(_ => random.Next(6))];
            var original = ClusteredMean.Of(values, clusters)!;
            var order = Enumerable.Range(0, count).ToArray();
            random.Shuffle(order);

            var permuted = ClusteredMean.Of([.. order.Select(i => values[i])], [.. order.Select(i => -17 * clusters[i])])!;
            var moved = ClusteredMean.Of([.. values.Select(value => (value * -2) + 100)], clusters)!;

            Assert.Equal(original.StandardError, permuted.StandardError, 1e-13);
            Assert.Equal(original.Mean, permuted.Mean, 1e-13);
            Assert.Equal(original.StandardError * 2, moved.StandardError, 1e-11);
            Assert.Equal((original.Mean * -2) + 100, moved.Mean, 1e-11);
        }
    }

    [Fact]
    public void One_cluster_and_one_item_have_no_interval()
    {
        Assert.Null(ClusteredMean.Of([]));
        Assert.Null(ClusteredMean.Of([1]));
        Assert.Null(ClusteredMean.Of([], []));
        Assert.Null(ClusteredMean.Of([1, 2, 3], [7, 7, 7]));
    }

    [Fact]
    public void Without_spread_the_interval_is_a_point()
    {
        var estimate = ClusteredMean.Of([2, 2, 2])!;

        Assert.Equal(new ConfidenceInterval(2, 2, 0.95), estimate.Interval(0.95));
        Assert.Equal((1.0, 0.0), (estimate.PValue(2), estimate.PValue(3)));
    }

    [Fact]
    public void Missing_clusters_are_refused() =>
        Assert.Contains("2 values", Assert.Throws<ArgumentException>(() => ClusteredMean.Of([1, 2], [1])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Covers_the_mean_as_often_as_it_says_where_pooled_items_do_not(bool even)
    {
        var pooled = 0;
        var coverage = Simulation.Rate(10_000, 31, random =>
        {
            var (values, clusters) = Draw(random, even);
            if (StudentT.IntervalOfMean(values, 0.95)!.Contains(0))
            {
                Interlocked.Increment(ref pooled);
            }

            return ClusteredMean.Of(values, clusters)!.Interval(0.95).Contains(0);
        });

        Assert.InRange(coverage, 0.93, 0.97);
        Assert.True(pooled < 8_500, $"Ignoring clusters should cover far less, but covered {pooled} of 10000.");
    }

    // What the effective number of clusters is for: the rates are those of a limit, not of a promise.
    [Theory]
    [InlineData(8, false, 8, 0.04, 0.0544)]
    [InlineData(30, true, 22.87, 0.05, 0.068)]
    [InlineData(12, true, 9.36, 0.055, 0.08)]
    public void Clusters_of_unequal_size_reject_more_often_the_fewer_are_effective(
        int clusters, bool growing, double effective, double atLeast, double atMost)
    {
        int[] sizes = [.. Enumerable.Range(1, clusters).Select(cluster => growing ? cluster : 5)];
        int[] labels = [.. sizes.SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))];
        var estimate = ClusteredMean.Of(new double[labels.Length], labels)!;
        var rate = Simulation.Rate(6_000, 29, random =>
        {
            var common = random.Normals(sizes.Length);
            return ClusteredMean.Of([.. labels.Select(label => common[label] + random.Normal())], labels)!.PValue(0) <= 0.05;
        });

        Assert.Equal(effective, estimate.EffectiveClusters, 0.005);
        Assert.InRange(rate, atLeast, atMost);
    }

    // An intra-cluster correlation of 0.5: clusters of 5, or of 2 to 8.
    private static (double[] Values, int[] Clusters) Draw(Random random, bool even)
    {
        var values = new List<double>();
        var clusters = new List<int>();
        for (var cluster = 0; cluster < 40; cluster++)
        {
            var common = random.Normal();
            for (var item = 0; item < (even ? 5 : 2 + (cluster % 7)); item++)
            {
                values.Add(common + random.Normal());
                clusters.Add(cluster);
            }
        }

        return ([.. values], [.. clusters]);
    }
}

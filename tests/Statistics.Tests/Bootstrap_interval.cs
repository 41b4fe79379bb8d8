using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Tests;

public sealed class Bootstrap_interval
{
    private static readonly BootstrapOptions Quick = new(599);

    // A fixed set of replicates of the mean of c(1,2,2.5,3,3.2,4,6.5).
    private static readonly double[] Replicates =
        [3.1, 2.7, 3.3, 2.9, 3.0, 3.6, 2.2, 3.2, 2.8, 3.05, 3.4, 2.95, 2.6, 3.15, 3.25, 2.85, 3.5, 2.75, 3.45];

    [Fact]
    public void Percentiles_agree_with_R()
    {
        var interval = BootstrapInterval.Percentile(Replicates, 0.8);

        // R: quantile(r, c(.1, .9), type = 6); with 19 replicates these are the 2nd and the 18th.
        Assert.Equal(2.6, interval.Lower, 1e-12);
        Assert.Equal(3.5, interval.Upper, 1e-12);
    }

    // R: z0 <- qnorm(mean(r < mean(x)) + mean(r == mean(x))/2); jack <- sapply(1:7, function(i) mean(x[-i])); d <- mean(jack)-jack
    //    a <- sum(d^3)/(6*sum(d^2)^1.5); z <- qnorm(c((1-level)/2, (1+level)/2))
    //    quantile(r, pnorm(z0+(z0+z)/(1-a*(z0+z))), type = 6)
    [Theory]
    [InlineData(0.8, 2.8364490605547750)]
    [InlineData(0.9, 2.7375847312361987)]
    public void Bca_agrees_with_R(double level, double lower)
    {
        double[] values = [1, 2, 2.5, 3, 3.2, 4, 6.5];
        double[] leftOut = [.. values.Select(value => (values.Sum() - value) / 6)];

        var interval = BootstrapInterval.Bca(Replicates, values.Average(), leftOut, level);

        Assert.Equal(lower, interval.Lower, 1e-9);
        Assert.Equal(3.6, interval.Upper, 1e-9);
    }

    [Fact]
    public void A_seed_gives_one_result_whether_cores_share_the_work_or_not()
    {
        var alone = Replications.Run(5_000, 1, new Random(3), stream => stream.Next(1_000_000));
        var shared = Replications.Run(5_000, 1_000_000, new Random(3), stream => stream.Next(1_000_000));

        Assert.Equal(alone, shared);
        Assert.NotEqual(alone, Replications.Run(5_000, 1, new Random(4), stream => stream.Next(1_000_000)));
    }

    [Fact]
    public void Streams_draw_evenly()
    {
        var counts = new int[10];
        for (var stream = 0; stream < 10_000; stream++)
        {
            var draws = new SeededStream(7, stream);
            for (var draw = 0; draw < 10; draw++)
            {
                counts[draws.Next(10)]++;
            }
        }

        // R: qchisq(.999, 9)
        Assert.InRange(counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000), 0, 27.877164871256575);
    }

    [Fact]
    public void The_standard_error_is_close_to_the_classic_one()
    {
        var values = new Random(79).Normals(60);
        var moments = RunningMoments.Of(values);

        var estimate = BootstrapMean.OfItems(values, new BootstrapOptions(20_000), new Random(1))!;

        Assert.Equal(moments.Mean, estimate.Estimate, 1e-14);
        Assert.Equal(1, estimate.StandardError / Math.Sqrt(moments.Variance * 59 / 60 / 60), 0.02);
        Assert.Equal((60, 20_000), (estimate.Units, estimate.Options.Replicates));
    }

    [Fact]
    public void A_shift_and_a_factor_move_the_interval_along()
    {
        double[] values = [.. new Random(83).Normals(25).Select(Math.Exp)];
        var original = BootstrapMean.OfItems(values, Quick, new Random(1))!;

        var moved = BootstrapMean.OfItems([.. values.Select(value => (value * 3) + 1e6)], Quick, new Random(1))!;

        Assert.Equal((original.Interval.Lower * 3) + 1e6, moved.Interval.Lower, 1e-8);
        Assert.Equal((original.Interval.Upper * 3) + 1e6, moved.Interval.Upper, 1e-8);
    }

    [Fact]
    public void One_item_a_cluster_and_one_sample_an_item_are_the_plain_bootstrap()
    {
        var values = new Random(89).Normals(25);
        var plain = BootstrapMean.OfItems(values, Quick, new Random(1))!;
        var clustered = BootstrapMean.OfClusters(values, [.. Enumerable.Range(100, 25)], Quick, new Random(1))!;
        var statistic = BootstrapStatistic.OfItems(values, resample => RunningMoments.Of(resample).Mean, Quick, new Random(1))!;

        Assert.Equal(plain.Interval.Lower, clustered.Interval.Lower, 1e-12);
        Assert.Equal(plain.Interval.Lower, statistic.Interval.Lower, 1e-12);
        Assert.Equal(plain.Interval.Upper, statistic.Interval.Upper, 1e-12);
        var samples = BootstrapSamples.OfMean(values, [.. Enumerable.Repeat(1, 25)], new BootstrapOptions(20_000), new Random(1))!;
        var many = BootstrapMean.OfItems(values, new BootstrapOptions(20_000), new Random(1))!;
        Assert.Equal(1, samples.StandardError / many.StandardError, 0.03);
    }

    [Theory]
    [InlineData(BootstrapMethod.Percentile)]
    [InlineData(BootstrapMethod.Bca)]
    public void Covers_the_mean_as_often_as_it_says(BootstrapMethod method) =>
        Assert.InRange(
            Simulation.Rate(2_000, 97, random =>
                BootstrapMean.OfItems(random.Normals(50), Quick with { Method = method }, random)!.Interval.Contains(0)),
            0.93,
            0.97);

    [Fact]
    public void Covers_the_mean_of_clusters_as_often_as_it_says()
    {
        var clusters = Enumerable.Range(0, 60).SelectMany(cluster => Enumerable.Repeat(cluster, 2 + (cluster % 5))).ToArray();
        var coverage = Simulation.Rate(2_000, 101, random =>
        {
            var common = random.Normals(60);
            double[] values = [.. clusters.Select(cluster => common[cluster] + random.Normal())];
            return BootstrapMean.OfClusters(values, clusters, Quick, random)!.Interval.Contains(0);
        });

        Assert.InRange(coverage, 0.93, 0.97);
    }

    [Fact]
    public void Resampling_items_covers_as_promised_with_many_samples_and_resampling_samples_too_covers_more()
    {
        const int Replications = 1_200;
        var wider = 0;
        var coverage = Simulation.Rate(Replications, 103, random =>
        {
            double[] samples = [.. Enumerable.Range(0, 50).SelectMany(_ => Sampled(random, random.NextDouble(), 3))];
            double[] means = [.. samples.Chunk(3).Select(item => item.Average())];
            var both = BootstrapSamples.OfMean(samples, [.. Enumerable.Repeat(3, 50)], Quick with { Replicates = 399 }, random)!;
            Interlocked.Add(ref wider, both.Interval.Contains(0.5) ? 1 : 0);
            return BootstrapMean.OfItems(means, Quick, random)!.Interval.Contains(0.5);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"items then samples {wider / (double)Replications}");

        Assert.InRange(coverage, 0.93, 0.97);
        Assert.InRange(wider / (double)Replications, coverage, 0.99);
    }

    [Fact]
    public void Resampled_samples_add_their_variance_once_more()
    {
        // Σs²(K-1)/K² over the items, divided by n²: 6 items of c(0, 1) have s² = 1/2.
        var estimate = BootstrapSamples.OfMean([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], [2, 2, 2, 2, 2, 2], new BootstrapOptions(40_000), new Random(2))!;

        Assert.Equal(1, estimate.StandardError / Math.Sqrt(0.5 / 4 / 6), 0.02);
    }

    [Fact]
    public void Ratios_are_of_sums()
    {
        var ratio = BootstrapRatio.Of([10, 20, 60], [1, 1, 4], Quick, new Random(1))!;

        Assert.Equal(15, ratio.Estimate, 1e-12);
        Assert.InRange(ratio.Interval.Lower, 10, 15);
        Assert.InRange(ratio.Interval.Upper, 15, 20);
    }

    [Fact]
    public void Any_statistic_can_be_resampled()
    {
        var median = BootstrapStatistic.OfItems(
            [1, 2, 3, 4, 100], static values => MedianOf(values), Quick with { Method = BootstrapMethod.Percentile }, new Random(1))!;

        Assert.Equal(3, median.Estimate);
        Assert.InRange(median.Interval.Lower, 1, 3);
        Assert.Equal(100, median.Interval.Upper);
    }

    [Fact]
    public void Fewer_than_two_units_have_no_interval_and_no_spread_a_point()
    {
        Assert.Null(BootstrapMean.OfItems([1], Quick, new Random(1)));
        Assert.Null(BootstrapMean.OfClusters([1, 2], [5, 5], Quick, new Random(1)));
        Assert.Null(BootstrapSamples.OfMean([1, 2], [2], Quick, new Random(1)));
        Assert.Null(BootstrapStatistic.OfItems([1], values => values[0], Quick, new Random(1)));
        Assert.Equal(new ConfidenceInterval(2, 2, 0.95), BootstrapMean.OfItems([2, 2, 2], Quick, new Random(1))!.Interval);
    }

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapMean.OfItems([1, 2], new BootstrapOptions(99), new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapMean.OfItems([1, 2], Quick with { Level = 1 }, new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapMean.OfItems([1, double.NaN], Quick, new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapRatio.Of([1, 2], [1, 0], Quick, new Random(1)));
        Assert.Throws<ArgumentException>(() => BootstrapSamples.OfMean([1, 2, 3], [1, 1], Quick, new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapSamples.OfMean([1, 2, 3], [3, 0], Quick, new Random(1)));
        Assert.Throws<ArgumentException>(() => BootstrapStatistic.OfItems([1, 2], _ => double.NaN, Quick, new Random(1)));
        Assert.Throws<ArgumentException>(() => BootstrapInterval.Percentile([], 0.9));
    }

    private static IEnumerable<double> Sampled(Random random, double pass, int samples) =>
        Simulation.Draw(samples, () => random.NextDouble() < pass ? 1 : 0);

    private static double MedianOf(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }
}

using FunctionsEval.Statistics.Comparisons;

namespace FunctionsEval.Statistics.Tests;

public sealed class Paired_difference
{
    private static readonly double[] First = [0.1, 0.4, 0.35, 0.8, 0.62, 0.9, 0.15, 0.55, 0.7, 0.33];
    private static readonly double[] Second = [0.2, 0.3, 0.3, 0.6, 0.7, 0.8, 0.05, 0.5, 0.55, 0.4];
    private static readonly int[] Clusters = [1, 1, 2, 2, 2, 3, 4, 4, 4, 4];

    [Fact]
    public void Agrees_with_R()
    {
        var estimate = PairedDifference.Of(First, Second)!;
        var interval = estimate.Interval(0.95);

        // R: t <- t.test(a, b, paired = TRUE); t$estimate; t$stderr; t$conf.int; t$p.value
        Assert.Equal(0.05, estimate.Mean, 1e-15);
        Assert.Equal(0.032283466700808672, estimate.StandardError, 1e-15);
        Assert.Equal(-0.023030275437191664, interval.Lower, 1e-12);
        Assert.Equal(0.123030275437191680, interval.Upper, 1e-12);
        Assert.Equal(0.155842955629683089, estimate.PValue(0), 1e-12);
    }

    [Fact]
    public void Agrees_with_R_in_clusters()
    {
        var estimate = PairedDifference.Of(First, Second, Clusters)!;
        var interval = estimate.Interval(0.95);

        // R: d <- a-b; se <- sqrt(4/3*sum(tapply(d-mean(d),g,sum)^2))/10; mean(d)+c(-1,1)*qt(.975,3)*se; 2*pt(-abs(mean(d)/se),3)
        Assert.Equal(0.01356465996625053419, estimate.StandardError, 1e-15);
        Assert.Equal(0.00683119800797616500, interval.Lower, 1e-12);
        Assert.Equal(0.09316880199202384749, interval.Upper, 1e-12);
        Assert.Equal(0.034611389781258543, estimate.PValue(0), 1e-12);
    }

    [Fact]
    public void The_standard_error_is_that_of_both_variants_less_twice_their_covariance()
    {
        var (a, b) = (RunningMoments.Of(First), RunningMoments.Of(Second));
        var covariance = First.Zip(Second, (x, y) => (x - a.Mean) * (y - b.Mean)).Sum() / 9;

        Assert.Equal((a.Variance + b.Variance - (2 * covariance)) / 10, Math.Pow(PairedDifference.Of(First, Second)!.StandardError, 2), 1e-15);
    }

    [Fact]
    public void Changing_places_changes_the_sign_only()
    {
        var forth = PairedDifference.Of(First, Second, Clusters)!;
        var back = PairedDifference.Of(Second, First, Clusters)!;

        Assert.Equal(forth with { Mean = -forth.Mean }, back);
        Assert.Equal(forth.PValue(0), back.PValue(0));
        Assert.Equal(forth.PValueAbove(0), back.PValueBelow(0), 1e-15);
        Assert.Equal(1, forth.PValueAbove(0.02) + forth.PValueBelow(0.02), 1e-14);
    }

    [Fact]
    public void Pairs_must_match() => Assert.Throws<ArgumentException>(() => PairedDifference.Of([1, 2], [1]));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 4)]
    public void Variants_that_do_not_differ_are_told_apart_as_rarely_as_promised(int samples, int clusterSize)
    {
        var falsePositives = Simulation.Rate(10_000, 37, random => Draw(random, samples, clusterSize, 0).PValue(0) <= 0.05);

        // Two standard errors of the simulation above the nominal rate.
        Assert.InRange(falsePositives, 0.03, 0.05 + 0.0044);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    public void Covers_the_difference_as_often_as_it_says(int samples, int clusterSize) =>
        Assert.InRange(Simulation.Rate(10_000, 41, random => Draw(random, samples, clusterSize, 0.1).Interval(0.95).Contains(0.1)), 0.93, 0.97);

    // Pass-or-fail samples; half of an item's difficulty belongs to its cluster, and so does half of its difference.
    private static MeanEstimate Draw(Random random, int samples, int clusterSize, double effect)
    {
        const int Count = 60;
        var (first, second, clusters) = (new double[Count * clusterSize], new double[Count * clusterSize], new int[Count * clusterSize]);
        for (var cluster = 0; cluster < Count; cluster++)
        {
            var (ease, shift) = (random.NextDouble(), random.NextDouble());
            for (var item = cluster * clusterSize; item < (cluster + 1) * clusterSize; item++)
            {
                var pass = 0.25 + (0.2 * ease) + (0.2 * random.NextDouble());
                var difference = effect + (0.15 * (shift + random.NextDouble() - 1));
                first[item] = random.PassRate(pass + difference, samples);
                second[item] = random.PassRate(pass, samples);
                clusters[item] = cluster;
            }
        }

        return PairedDifference.Of(first, second, clusters)!;
    }
}

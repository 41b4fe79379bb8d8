using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Tests.Inference;

/// <summary>The laws that tests go by, one by one, against numbers from R.</summary>
public sealed class Tails_of_tests
{
    // R, by enumeration of those that are not 0: g <- as.matrix(expand.grid(rep(list(0:1), m))); f <- round(g %*% u, 9)
    // above <- (sum(f < 0) + (sum(f == 0) + 1)/2)/2^m; below likewise with f > 0
    [Theory]
    [InlineData(0, 0.0057373046875, 0.9945068359375)]
    [InlineData(0.1, 0.047607421875, 0.952880859375)]
    public void Sign_flips_agree_with_R(double mean, double above, double below)
    {
        var flips = new SignFlips(UnitSums.Of(Comparing_two_variants.Twelve, []));

        Assert.Equal(above, flips.Above(mean), 1e-12);
        Assert.Equal(below, flips.Below(mean), 1e-12);
    }

    [Fact]
    public void Sign_flips_of_unequal_clusters_agree_with_R()
    {
        // R: S <- c(3,-1,2.5,4,.5,-.5,1,2,6,3.5); m <- c(1,1,2,2,3,3,4,4,5,40); flips(S - m*.05)
        double[] sums = [3, -1, 2.5, 4, 0.5, -0.5, 1, 2, 6, 3.5];
        int[] sizes = [1, 1, 2, 2, 3, 3, 4, 4, 5, 40];
        var flips = new SignFlips(UnitSums.Of(
            [.. sums.Zip(sizes).SelectMany(pair => Enumerable.Repeat(pair.First / pair.Second, pair.Second))],
            [.. sizes.SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))]));

        Assert.Equal(0.010742187500, flips.Above(0.05), 1e-12);
        Assert.Equal(0.990234375000, flips.Below(0.05), 1e-12);
    }

    // R: 2*(pbinom(k, n, .5) - dbinom(k, n, .5)/2) + .5^n
    [Theory]
    [InlineData(12, 2, 0.0074462890625)]
    [InlineData(20, 10, 0.0707555469125507)]
    public void Signs_in_equal_steps_are_counted_beyond_sixteen_units_too(int wins, int losses, double expected)
    {
        double[] differences = [.. Enumerable.Repeat(1.0, wins), .. Enumerable.Repeat(-1.0, losses), .. new double[30]];

        Assert.Equal(expected, new SignFlips(UnitSums.Of(differences, [])).TwoSided(0), 1e-12);
    }

    [Fact]
    public void Counting_the_ten_largest_is_as_good_as_counting_all()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 30; trial++)
        {
            // 28 units are counted whole, and 29 are not; the last one is too small to matter.
            double[] all = [.. Enumerable.Range(0, 28).Select(_ => Math.Pow(random.Normal(), 3) + 0.7)];
            var (whole, part) = (new SignFlips(UnitSums.Of(all, [])), new SignFlips(UnitSums.Of([.. all, 1e-9], [])));

            Assert.Equal(whole.Above(0), part.Above(0), 3e-4);
            Assert.Equal(whole.Below(0), part.Below(0), 3e-4);
        }
    }

    // R: the sum of dmultinom over all (b, c) whose Tango statistic is at least the observed one, at the constrained estimate of p01.
    [Theory]
    [InlineData(5, 1, 8, 0, 0.0690513253211976, 0.9601482748985295)]
    [InlineData(5, 1, 12, 0.1, 0.157383595280162, 0.885371828792277)]
    [InlineData(0, 0, 20, -0.1, 0.121576654590569, 1)]
    [InlineData(12, 2, 42, 0, 0.00329873109005409, 0.99742154280400908)]
    [InlineData(3, 0, 30, 0.25, 0.9894041293165816, 0.0374493257238011)]
    public void Paired_pass_rates_agree_with_R(int onlyFirst, int onlySecond, int items, double difference, double above, double below)
    {
        var tails = new PassRateTails(onlyFirst, onlySecond, items);

        Assert.Equal(above, tails.Above(difference), 1e-10);
        Assert.Equal(below, tails.Below(difference), 1e-10);
    }

    [Fact]
    public void The_law_of_scores_in_steps_agrees_with_R()
    {
        // R: y <- 1; for (i in 1:6) y <- convolve(y, rev(c(.2,.5,.3)), type = "open"); sum(y[10:13]); y[10]
        var lattice = Lattice.Of([-1, 0, 1], [.2, .5, .3], 6)!;

        Assert.Equal(0.13311, lattice.TailFrom(0.5, 1, isWhole: true), 1e-12);
        Assert.Equal(0.13311 - (0.0918 / 2), lattice.TailFrom(0.5, 1, isWhole: false), 1e-12);
    }

    // Items of which four differ by 0.2. R: pbinom(4, n, mean/.2) - dbinom(4, n, mean/.2)/2
    [Theory]
    [InlineData(120, 0.015, 0.0332916472036, 1e-9)]
    [InlineData(400, 0.0045, 0.036643986909, 2.5e-3)]
    public void The_likeliest_law_under_a_mean_is_counted_and_its_saddlepoint_close(int items, double mean, double expected, double tolerance)
    {
        var tails = new TiltedTails(UnitSums.Of([.. Enumerable.Repeat(0.2, 4), .. new double[items - 4]], []), -0.2, 0.2, isWhole: false);

        Assert.Equal(expected, tails.Below(mean), tolerance);

        // Below 0 the law needs scores at an end of the scale that none has reached.
        Assert.InRange(tails.Above(-mean / 2), 1e-6, 0.5);
    }
}

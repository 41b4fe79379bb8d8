using FunctionsEval.Statistics.Comparisons;
using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Tests;

public sealed class Sign_flip_test
{
    // R: sg <- as.matrix(expand.grid(rep(list(c(-1,1)), length(d)))); mean(abs(sg %*% d) >= abs(sum(d)) - 1e-12); mid counts the equal ones half
    [Theory]
    [InlineData(new[] { 0.3, -0.1, 0.25, 0.4, -0.2, 0.15, 0.05, 0.35 }, 0.109375, 0.09375)]
    [InlineData(new[] { 1.1, 0.4, -0.3, 2.2, 0.9, -0.8, 1.6, 0.2, 0.7, -0.1, 1.3, 0.5 }, 0.02587890625, 0.0234375)]
    public void Agrees_with_R(double[] differences, double expected, double mid)
    {
        var result = SignFlipTest.Of(differences, Alone(differences.Length), 999, new Random(1));

        Assert.Equal(new SignFlipResult(expected, mid, true, 1 << differences.Length), result);
    }

    [Fact]
    public void Agrees_with_R_in_clusters()
    {
        double[] differences = [0.3, -0.1, 0.25, 0.4, -0.2, 0.15, 0.05, 0.35];

        // R: the same of tapply(d, c(1,1,2,2,3,3,4,4), sum)
        Assert.Equal(0.25, SignFlipTest.Of(differences, [1, 1, 2, 2, 3, 3, 4, 4], 999, new Random(1)).PValue);
        Assert.Equal(0.25, SignFlipTest.Of([.. differences.Reverse()], [9, 9, -3, -3, 2, 2, 1, 1], 999, new Random(1)).PValue);
    }

    [Fact]
    public void Pass_or_fail_items_give_McNemars_exact_p()
    {
        // Three items of A only, eleven of B only, and ties, which say nothing.
        double[] differences = [1, 1, 1, .. Enumerable.Repeat(-1.0, 11), .. Enumerable.Repeat(0.0, 30)];

        var result = SignFlipTest.Of(differences, Alone(differences.Length), 999, new Random(1));

        Assert.True(result.IsExact);
        Assert.Equal(McNemar.ExactPValue(3, 11), result.PValue, 1e-12);
        Assert.Equal(McNemar.MidPValue(3, 11), result.MidPValue, 1e-12);
    }

    [Fact]
    public void Drawn_signs_come_close_to_all_of_them()
    {
        // Twenty-four clusters: too many to count, though McNemar knows the answer.
        double[] differences = [.. Enumerable.Repeat(1.0, 7), .. Enumerable.Repeat(-1.0, 17)];
        var result = SignFlipTest.Of(differences, Alone(24), 40_000, new Random(1));

        Assert.Equal((false, 40_000), (result.IsExact, result.Assignments));
        Assert.Equal(McNemar.ExactPValue(7, 17), result.PValue, 0.005);
        Assert.Equal(McNemar.MidPValue(7, 17), result.MidPValue, 0.005);
        Assert.Equal(result, SignFlipTest.Of(differences, Alone(24), 40_000, new Random(1)));
    }

    [Fact]
    public void Signs_and_scale_do_not_matter()
    {
        var random = new Random(107);
        for (var trial = 0; trial < 50; trial++)
        {
            var differences = random.Normals(10);
            var expected = SignFlipTest.Of(differences, Alone(10), 999, random).PValue;

            Assert.Equal(expected, SignFlipTest.Of([.. differences.Select(d => d * -1e-9)], Alone(10), 999, random).PValue);
        }
    }

    [Theory]
    [InlineData(12, 1)]
    [InlineData(12, 3)]
    [InlineData(40, 3)]
    public void Variants_that_do_not_differ_are_told_apart_as_rarely_as_promised(int clusters, int size)
    {
        int[] labels = [.. Enumerable.Range(0, clusters * size).Select(item => item / size)];
        var rate = Simulation.Rate(4_000, 109, random =>
        {
            // Heavy tails, which a t test of twelve would not like, and a common part of each cluster.
            var common = Simulation.Draw(clusters, () => Math.Pow(random.Normal(), 3));
            double[] differences = [.. labels.Select(label => common[label] + random.Normal())];
            return SignFlipTest.Of(differences, labels, 399, random).PValue <= 0.05;
        });

        Assert.InRange(rate, 0.035, 0.05 + 0.007);
    }

    [Fact]
    public void A_few_clusters_of_very_unequal_size_fool_the_t_interval_but_not_the_signs()
    {
        // Eight clusters of 1 to 40 items.
        int[] labels = [.. new[] { 1, 1, 2, 3, 5, 10, 20, 40 }.SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))];
        var byT = 0;
        var bySigns = Simulation.Rate(4_000, 113, random =>
        {
            var common = random.Normals(8);
            double[] differences = [.. labels.Select(label => common[label] + random.Normal())];
            Interlocked.Add(ref byT, ClusteredMean.Of(differences, labels)!.PValue(0) <= 0.05 ? 1 : 0);
            return SignFlipTest.Of(differences, labels, 399, random).PValue <= 0.05;
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"t interval {byT / 4_000.0}");

        Assert.InRange(bySigns, 0.03, 0.05 + 0.007);
        Assert.InRange(byT / 4_000.0, 0.07, 0.3);
    }

    [Fact]
    public void Without_differences_p_is_1() =>
        Assert.Equal([1, 1, 1, 1], new[] { SignFlipTest.Of([], [], 99, new Random(1)), SignFlipTest.Of([0, 0], [1, 2], 99, new Random(1)) }
            .SelectMany(result => new[] { result.PValue, result.MidPValue }));

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SignFlipTest.Of([1, 2], [1], 999, new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => SignFlipTest.Of([1, 2], [1, 2], 98, new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => SignFlipTest.Of([1, double.NaN], [1, 2], 999, new Random(1)));
    }

    private static int[] Alone(int items) => [.. Enumerable.Range(0, items)];
}

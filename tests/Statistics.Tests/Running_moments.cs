namespace FunctionsEval.Statistics.Tests;

public sealed class Running_moments
{
    [Fact]
    public void Known_values_come_out()
    {
        var moments = RunningMoments.Of([0.1, 0.4, 0.35, 0.8, 0.62, 0.9, 0.15, 0.55, 0.7, 0.33]);

        // R: y <- c(0.1,0.4,0.35,0.8,0.62,0.9,0.15,0.55,0.7,0.33); mean(y); var(y); sd(y)
        Assert.Equal(10, moments.Count);
        Assert.Equal(0.49, moments.Mean, 1e-15);
        Assert.Equal(0.0722, moments.Variance, 1e-15);
        Assert.Equal(0.26870057685088805, moments.StandardDeviation, 1e-15);
        Assert.Equal((0.1, 0.9, 0.8), (moments.Min, moments.Max, moments.Range));
    }

    [Fact]
    public void A_tiny_spread_around_a_large_mean_survives()
    {
        var moments = RunningMoments.Of([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);

        // R: var(1e9 + c(4,7,13,16))
        Assert.Equal(30, moments.Variance, 1e-9);
    }

    [Fact]
    public void A_hundred_thousand_values_lose_little_precision()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 100_000).Select(_ => 1e9 + (random.NextDouble() * 1e-3)).ToArray();

        // Subtracting the offset is exact, so the reference has none of its trouble.
        var reference = RunningMoments.Of([.. values.Select(value => value - 1e9)]);

        // The text-book formula, E[x²] - E[x]², would be off by a factor of millions here.
        Assert.Equal(1, RunningMoments.Of(values).Variance / reference.Variance, 1e-4);
    }

    [Fact]
    public void Merged_parts_equal_the_whole_however_they_are_cut()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 200; trial++)
        {
            var values = Enumerable.Range(0, random.Next(0, 60)).Select(_ => random.NextDouble() * 100).ToArray();
            var cut = random.Next(0, values.Length + 1);

            var whole = RunningMoments.Of(values);
            var merged = RunningMoments.Of(values.AsSpan(0, cut)).Merge(RunningMoments.Of(values.AsSpan(cut)));

            AssertClose(whole, merged);
        }
    }

    [Fact]
    public void Order_does_not_matter()
    {
        var random = new Random(13);
        for (var trial = 0; trial < 100; trial++)
        {
            var values = Enumerable.Range(0, 40).Select(_ => random.NextDouble()).ToArray();
            var whole = RunningMoments.Of(values);
            random.Shuffle(values);

            AssertClose(whole, RunningMoments.Of(values));
        }
    }

    [Fact]
    public void Shifting_moves_the_mean_only_and_scaling_squares_into_the_variance()
    {
        var random = new Random(17);
        var values = Enumerable.Range(0, 50).Select(_ => random.NextDouble()).ToArray();
        var original = RunningMoments.Of(values);

        var moved = RunningMoments.Of([.. values.Select(value => (value * -3) + 1000)]);

        Assert.Equal((original.Mean * -3) + 1000, moved.Mean, 1e-9);
        Assert.Equal(original.Variance * 9, moved.Variance, 1e-9);
        Assert.Equal(original.Range * 3, moved.Range, 1e-9);
    }

    [Fact]
    public void Too_few_values_give_NaN()
    {
        var none = default(RunningMoments);
        var one = RunningMoments.Of([5]);

        Assert.True(double.IsNaN(none.Mean) && double.IsNaN(none.Min) && double.IsNaN(none.Variance));
        Assert.Equal((5.0, 5.0, 0.0), (one.Mean, one.Max, one.Range));
        Assert.True(double.IsNaN(one.Variance));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1e141)]
    public void What_cannot_be_summed_is_refused(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RunningMoments.Of([1, value]));

    private static void AssertClose(RunningMoments expected, RunningMoments actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Mean, actual.Mean, 1e-9);
        Assert.Equal(expected.Variance, actual.Variance, 1e-9);
        Assert.Equal(expected.Min, actual.Min);
        Assert.Equal(expected.Max, actual.Max);
    }
}

namespace FunctionsEval.Statistics.Tests;

public sealed class Measuring_consistency
{
    [Theory]
    [InlineData(2, 1, 5, 8)]
    [InlineData(4, 0, 1, 1.0 / 3)]
    [InlineData(3, 0, 1, 1.0 / 3)]
    [InlineData(5, 0, 10, 30)]
    public void The_largest_variance_is_that_of_values_at_both_ends(int count, double min, double max, double expected)
    {
        var extreme = Enumerable.Range(0, count).Select(index => index < count / 2 ? min : max).ToArray();

        Assert.Equal(expected, MaximumVariance.Of(count, min, max), 1e-12);
        Assert.Equal(expected, RunningMoments.Of(extreme).Variance, 1e-12);
    }

    [Fact]
    public void No_set_of_values_exceeds_it()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 1_000; trial++)
        {
            var values = Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.Next(3) switch { 0 => 1.0, 1 => 5.0, _ => 1 + (4 * random.NextDouble()) }).ToArray();

            Assert.True(RunningMoments.Of(values).Variance <= MaximumVariance.Of(values.Length, 1, 5) + 1e-9);
        }
    }

    [Theory]
    [InlineData(0, 1, ConsistencyLabel.High)]
    [InlineData(0.8, 0.9, ConsistencyLabel.High)]
    [InlineData(2.4, 0.7, ConsistencyLabel.Medium)]
    [InlineData(2.5, 0.6875, ConsistencyLabel.Low)]
    [InlineData(8, 0, ConsistencyLabel.Low)]
    [InlineData(9, 0, ConsistencyLabel.Low)]
    public void Is_the_unused_part_of_it(double variance, double expected, ConsistencyLabel label)
    {
        var consistency = Consistency.Of(variance, 2, 1, 5);

        Assert.Equal(expected, consistency, 1e-12);
        Assert.Equal(label, Consistency.LabelOf(consistency));
    }

    [Fact]
    public void A_scale_of_one_point_is_always_kept() => Assert.Equal(1, Consistency.Of(0, 3, 2, 2));

    [Fact]
    public void Impossible_scales_and_counts_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximumVariance.Of(1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximumVariance.Of(2, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximumVariance.Of(2, double.NaN, 0));
    }
}

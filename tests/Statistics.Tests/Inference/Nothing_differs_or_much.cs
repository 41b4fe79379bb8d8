using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Tests.Inference;

/// <summary>Scores that are all the same, and differences so clear that a p-value has to be small.</summary>
public sealed class Nothing_differs_or_much
{
    /// <summary>No event in n: a rate above 1 - 0.025^(1/n) would have shown one with 97.5%.</summary>
    [Theory]
    [InlineData(10, 1)]
    [InlineData(10, 5)]
    [InlineData(30, 5)]
    [InlineData(100, 5)]
    public void Pass_rates_of_1_everywhere_are_bounded_by_what_a_scenario_that_was_not_seen_may_do(int items, int samples)
    {
        var bound = 1 - Math.Pow(0.025, 1.0 / items);
        double[] ones = [.. Enumerable.Repeat(1.0, items)];

        var mean = MeanInference.Of(ones, [], ScoreScale.PassOrFail, samples, 0.95, new Random(1))!;
        var compared = Compare(new ComparisonDesign(ScoreScale.PassOrFail, samples, Margin: 0.2), ones, ones);

        // Wilson's interval of one sample an item is a little narrower than the exact one.
        Assert.Equal((1.0, 1.0), (mean.Mean, mean.Interval!.Upper));
        Assert.InRange(mean.Interval.Lower, 1 - bound - 1e-6, samples == 1 ? 1 - bound + 0.04 : 1 - bound + 1e-6);
        Assert.Equal((0.0, 1.0), (compared.Effect, compared.PValue));
        Assert.InRange(compared.Interval!.Upper, samples == 1 ? bound - 0.1 : bound - 1e-6, bound + 0.02);
        Assert.Equal(-compared.Interval.Upper, compared.Interval.Lower, 6);
        Assert.Equal(items >= 30, compared.EquivalencePValue <= 0.05);
        Assert.Null(compared.Limit);
    }

    [Fact]
    public void Ratings_that_are_all_5_are_bounded_by_the_ends_of_their_scale_and_without_ends_by_nothing()
    {
        double[] fives = [.. Enumerable.Repeat(5.0, 20)];
        var bound = 4 * (1 - Math.Pow(0.025, 1.0 / 20));

        var known = Compare(new ComparisonDesign(ScoreScale.Between(1, 5), Margin: 1), fives, fives);
        var unknown = Compare(new ComparisonDesign(ScoreScale.Unbounded, Margin: 1), fives, fives);
        var mean = MeanInference.Of(fives, [], ScoreScale.Between(1, 5), 1, 0.95, new Random(1))!;

        Assert.InRange(known.Interval!.Upper, 0.8 * bound, 1.05 * bound);
        Assert.InRange(mean.Interval!.Lower, 5 - (1.05 * bound), 5 - (0.8 * bound));
        Assert.Equal(5, mean.Interval.Upper);
        Assert.Null(unknown.Interval);
        Assert.Contains("give the scorer min and max", unknown.Limit, StringComparison.Ordinal);
    }

    /// <summary>Skewed differences take the bootstrap-t, which once could not say less than 0.001.</summary>
    [Theory]
    [InlineData(40, 0.9)]
    [InlineData(200, 0.55)]
    public void P_values_of_skewed_differences_go_below_the_first_replicates_and_hardly_depend_on_the_seed(int items, double shift)
    {
        var random = new Random(17);
        double[] first = [.. Enumerable.Range(0, items).Select(_ => shift + Math.Exp(random.Normal()) - Math.Exp(0.5) + 1)];
        double[] second = new double[items];
        var design = new ComparisonDesign(ScoreScale.Unbounded);

        var values = Enumerable.Range(0, 5).Select(seed => Compare(design, first, second, seed)).ToList();

        Assert.All(values, value => Assert.Contains("bootstrap-t", value.Method, StringComparison.Ordinal));
        Assert.All(values, value => Assert.InRange(value.PValue!.Value, 0, 0.0009));
        Assert.True(values.Max(value => value.PValue) <= (4 * values.Min(value => value.PValue)) + 2e-4, string.Join(", ", values.Select(value => value.PValue)));
        Assert.All(values, value => Assert.True(value.Interval!.Lower > 0));
        Assert.Equal(values[0].PValue, Compare(design, first, second, 0).PValue);
    }

    /// <summary>Neither way, and neither of many nor of more assignments than a number of double precision can count.</summary>
    [Theory]
    [InlineData(20, 1)]
    [InlineData(60, 1)]
    [InlineData(60, -1)]
    [InlineData(400, 1)]
    [InlineData(400, -1)]
    [InlineData(3_000, 1)]
    [InlineData(3_000, -1)]
    public void No_p_value_is_0(int items, double effect)
    {
        var random = new Random(5);
        double[] first = [.. Enumerable.Range(0, items).Select(_ => effect + (0.01 * random.Normal()))];
        double[] ones = [.. Enumerable.Repeat(effect, items)];

        var numbers = Compare(new ComparisonDesign(ScoreScale.Unbounded), first, new double[items]);
        var passes = Compare(new ComparisonDesign(ScoreScale.PassOrFail), [.. ones.Select(value => Math.Max(0, value))], [.. ones.Select(value => Math.Max(0, -value))]);

        Assert.InRange(numbers.PValue!.Value, double.Epsilon, 1e-5);
        Assert.InRange(passes.PValue!.Value, double.Epsilon, 1e-5);
    }

    private static Comparison Compare(ComparisonDesign design, double[] first, double[] second, int seed = 1) => Comparison.Of(
        PairedSamples.Of([.. first.Select(score => Moments(score, design.SamplesPerItem))], [.. second.Select(score => Moments(score, design.SamplesPerItem))], []), design, new Random(seed));

    private static RunningMoments Moments(double score, int samples) => RunningMoments.Of([.. Enumerable.Repeat(score, samples)]);
}

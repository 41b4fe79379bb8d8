using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Repeats;
using FunctionsEval.Statistics.Samples;

namespace FunctionsEval.Statistics.Tests;

public sealed class Analyzing_many_samples
{
    [Fact]
    public void The_item_is_the_unit()
    {
        // Two items, five samples each: pooled, the spread would look like that of ten independent scores.
        var analysis = Analysis(2, 1, 5, ScoreScale.Between(1, 5));
        foreach (var score in new[] { 1, 2, 3, 4, 5 })
        {
            analysis.AddScore(0, 0, score);
            analysis.AddScore(1, 0, 5);
        }

        var variant = analysis.Finish().Variants[0];

        Assert.Equal((10L, 2), (variant.SampleCount, variant.ItemCount));
        Assert.Equal(4, variant.ItemMeans.Mean!.Value, 1e-12);
        Assert.Equal(2, variant.ItemMeans.Variance!.Value, 1e-12);

        // R: t.test(c(3, 5))$conf.int, cut at the ends of the scale.
        Assert.Equal((1, 5), (variant.Mean!.Interval!.Lower, variant.Mean.Interval.Upper));
        Assert.Contains("With 2 scenarios", variant.Mean.Assumption, StringComparison.Ordinal);
        Assert.Equal(1.25, variant.AverageWithinVariance!.Value, 1e-12);

        // Of the two items one agrees by 1 - 2·2.5/16, the other by 1.
        Assert.Equal(1 - (2.5 / 16), variant.Consistency!.Value, 1e-12);
        Assert.Equal(ConsistencyLabel.Medium, variant.Consistency.Label);
    }

    [Fact]
    public void An_item_with_more_samples_weighs_no_more_in_the_mean()
    {
        var analysis = Analysis(2, 1, 9, ScoreScale.Unbounded);
        for (var sample = 0; sample < 9; sample++)
        {
            analysis.AddScore(0, 0, 1);
        }

        analysis.AddScore(1, 0, 0);

        Assert.Equal(0.5, analysis.Finish().Variants[0].ItemMeans.Mean);
    }

    [Fact]
    public void Pairs_have_their_own_statistics()
    {
        var analysis = Analysis(2, 2, 5, ScoreScale.Unbounded);
        foreach (var score in new[] { 1, 2, 3, 4, 5 })
        {
            analysis.AddScore(1, 0, score);
        }

        analysis.AddScore(1, 1, 7);

        var pairs = analysis.Pairs().ToList();
        Assert.Equal(2, pairs.Count);
        Assert.Equal((1, 0), (pairs[0].Item, pairs[0].Variant));
        Assert.Equal(new SummaryStatistics(5, 3, 2.5, Math.Sqrt(2.5), 1, 5, 4), pairs[0].Samples);

        // R: t.test(1:5)$conf.int
        Assert.Equal(1.0367568385224428, pairs[0].ConfidenceInterval!.Lower, 1e-9);
        Assert.Equal(new SummaryStatistics(1, 7, null, null, 7, 7, 0), pairs[1].Samples);
        Assert.Null(pairs[1].ConfidenceInterval);
    }

    [Fact]
    public void Items_that_vary_more_for_every_variant_are_ranked_by_the_mean_of_their_variances()
    {
        var analysis = Analysis(12, 2, 2, ScoreScale.Between(0, 20));
        for (var item = 0; item < 12; item++)
        {
            // Items 2k and 2k+1 tie.
            analysis.AddScore(item, 0, 0);
            analysis.AddScore(item, 0, item / 2);
            analysis.AddScore(item, 1, 3);
            analysis.AddScore(item, 1, 3 + (item / 2));
        }

        var result = analysis.Finish();

        Assert.InRange(result.VariabilityPValue!.Value, 0, 0.001);
        Assert.Equal([10, 11, 8, 9, 6], result.MostVariable.Select(item => item.Item));
        Assert.Equal([0, 1, 2, 3, 4], result.MostStable.Select(item => item.Item));
        Assert.Equal(12.5, result.MostVariable[0].Variance, 1e-12);
    }

    [Fact]
    public void What_does_not_vary_is_never_among_the_most_variable()
    {
        var analysis = Analysis(20, 1, 10, ScoreScale.PassOrFail);
        for (var score = 0; score < 200; score++)
        {
            analysis.AddScore(score % 20, 0, score % 20 < 3 ? score / 20 % 2 : 1);
        }

        var result = analysis.Finish();

        Assert.Equal([0, 1, 2], result.MostVariable.Select(item => item.Item));
        Assert.Equal([3, 4, 5, 6, 7], result.MostStable.Select(item => item.Item));
    }

    [Theory]
    [InlineData(1, 3, true)]
    [InlineData(3, 3, true)]
    [InlineData(1, 4, false)]
    [InlineData(3, 2, false)]
    public void Items_that_all_vary_alike_are_hardly_ever_ranked(int variants, int samples, bool isPassOrFail)
    {
        var rate = Simulation.Rate(1_000, 509, random =>
        {
            RunningMoments[] Items() => [.. Enumerable.Range(0, 40).Select(_ => RunningMoments.Of(Simulation.Draw(samples, () => isPassOrFail ? random.Next(2) : random.Normal())))];
            return Variability.PValue([.. Enumerable.Range(0, variants).Select(_ => Items())], isPassOrFail) <= Variability.Alpha;
        });

        // 1% for many items and 2.2% of 40, with three standard errors of the simulation.
        Assert.InRange(rate, 0, 0.036);
    }

    [Fact]
    public void Single_samples_have_no_variance_no_consistency_and_no_ranking()
    {
        var analysis = Analysis(3, 1, 1, ScoreScale.Between(0, 1));
        for (var item = 0; item < 3; item++)
        {
            analysis.AddScore(item, 0, item % 2);
        }

        var result = analysis.Finish();

        Assert.Null(result.Variants[0].AverageWithinVariance);
        Assert.Null(result.Variants[0].Consistency);
        Assert.NotNull(result.Variants[0].Mean!.Interval);
        Assert.Empty(result.MostVariable);
    }

    [Fact]
    public void Invalid_failed_and_missing_cells_are_counted_and_left_out()
    {
        var analysis = Analysis(2, 2, 3, ScoreScale.Unbounded);
        analysis.AddScore(0, 0, 1);
        analysis.AddInvalid(0, 0);
        analysis.AddFailed(0, 0);
        analysis.AddFailed(1, 0);

        var variants = analysis.Finish().Variants;

        Assert.Equal((1L, 1L, 2L, 2L), (variants[0].SampleCount, variants[0].InvalidCount, variants[0].FailedCount, variants[0].MissingCount));
        Assert.Equal((0L, 6L), (variants[1].SampleCount, variants[1].MissingCount));
        Assert.Equal(new SummaryStatistics(0, null, null, null, null, null, null), variants[1].ItemMeans);
        Assert.Null(variants[1].Mean);
    }

    [Fact]
    public void The_order_of_scores_does_not_matter()
    {
        var random = new Random(23);
        var cells = Enumerable.Range(0, 20).SelectMany(item => Enumerable.Range(0, 3).SelectMany(variant => Enumerable.Repeat((item, variant), 4)));
        var scores = cells.Select(cell => (cell.item, cell.variant, score: (double)random.Next(1, 6))).ToArray();
        var first = Analyze(scores);
        random.Shuffle(scores);
        var second = Analyze(scores);

        Assert.Equal(first.MostVariable.Select(item => item.Item), second.MostVariable.Select(item => item.Item));
        for (var variant = 0; variant < 3; variant++)
        {
            Assert.Equal(first.Variants[variant].ItemMeans.Mean!.Value, second.Variants[variant].ItemMeans.Mean!.Value, 1e-12);
            Assert.Equal(first.Variants[variant].Consistency!.Value, second.Variants[variant].Consistency!.Value, 1e-12);
            Assert.Equal(first.Variants[variant].Distribution.Bins, second.Variants[variant].Distribution.Bins);
        }
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 2)]
    public void Addresses_outside_the_run_are_refused(int item, int variant)
    {
        var analysis = Analysis(2, 2, 1, ScoreScale.Unbounded);

        Assert.Throws<ArgumentOutOfRangeException>(() => analysis.AddScore(item, variant, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => analysis.AddInvalid(item, variant));
        Assert.Throws<ArgumentOutOfRangeException>(() => analysis.AddFailed(item, variant));
    }

    [Fact]
    public void Empty_runs_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Analysis(0, 1, 1, ScoreScale.Unbounded));
        Assert.Throws<ArgumentOutOfRangeException>(() => Analysis(1, 0, 1, ScoreScale.Unbounded));
        Assert.Throws<ArgumentOutOfRangeException>(() => Analysis(1, 1, 0, ScoreScale.Unbounded));
    }

    [Fact]
    public void The_mean_of_clusters_has_an_interval_of_clusters()
    {
        // Ten items in each of 12 clusters that agree inside: as good as 12 items, however many there are.
        int[] clusters = [.. Enumerable.Range(0, 120).Select(item => item / 10)];
        var (clustered, single) = (new MultiSampleAnalysis(120, 1, 1, ScoreScale.PassOrFail, clusters, 1), Analysis(120, 1, 1, ScoreScale.PassOrFail));
        for (var item = 0; item < 120; item++)
        {
            clustered.AddScore(item, 0, item / 10 % 2);
            single.AddScore(item, 0, item / 10 % 2);
        }

        var (wide, narrow) = (clustered.Finish().Variants[0].Mean!, single.Finish().Variants[0].Mean!);

        Assert.Equal("Wilson score interval", narrow.Method);
        Assert.StartsWith("sign flips by cluster", wide.Method, StringComparison.Ordinal);
        Assert.True(wide.Interval!.Upper - wide.Interval.Lower > 2.5 * (narrow.Interval!.Upper - narrow.Interval.Lower));
    }

    private static MultiSampleAnalysis Analysis(int items, int variants, int samples, ScoreScale scale) => new(items, variants, samples, scale, [], 1);

    private static MultiSampleResult Analyze((int Item, int Variant, double Score)[] scores)
    {
        var analysis = Analysis(20, 3, 4, ScoreScale.Between(1, 5));
        foreach (var (item, variant, score) in scores)
        {
            analysis.AddScore(item, variant, score);
        }

        return analysis.Finish();
    }
}

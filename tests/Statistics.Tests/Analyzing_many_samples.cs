namespace FunctionsEval.Statistics.Tests;

public sealed class Analyzing_many_samples
{
    [Fact]
    public void The_item_is_the_unit()
    {
        // Two items, five samples each: pooled, the spread would look like that of ten independent scores.
        var analysis = new MultiSampleAnalysis(2, 1, 5, (1, 5));
        foreach (var score in new[] { 1, 2, 3, 4, 5 })
        {
            analysis.AddScore(0, 0, score);
            analysis.AddScore(1, 0, 5);
        }

        var variant = analysis.Finish().Variants[0];

        Assert.Equal((10L, 2), (variant.SampleCount, variant.ItemCount));
        Assert.Equal(4, variant.ItemMeans.Mean!.Value, 1e-12);
        Assert.Equal(2, variant.ItemMeans.Variance!.Value, 1e-12);

        // R: t.test(c(3, 5))$conf.int
        Assert.Equal(4 - 12.706204736174694, variant.ConfidenceInterval!.Lower, 1e-9);
        Assert.Equal(1.25, variant.AverageWithinVariance!.Value, 1e-12);

        // The largest variance of five samples on 1..5 is 4.8.
        Assert.Equal(1 - (2.5 / 4.8 / 2), variant.Consistency!.Value, 1e-12);
        Assert.Equal(ConsistencyLabel.Medium, variant.ConsistencyLabel);
    }

    [Fact]
    public void An_item_with_more_samples_weighs_no_more_in_the_mean()
    {
        var analysis = new MultiSampleAnalysis(2, 1, 9, null);
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
        var analysis = new MultiSampleAnalysis(2, 2, 5, null);
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
    public void Items_are_ranked_by_the_mean_variance_of_their_variants()
    {
        var analysis = new MultiSampleAnalysis(12, 2, 2, (0, 20));
        for (var item = 0; item < 12; item++)
        {
            // Items 2k and 2k+1 tie.
            analysis.AddScore(item, 0, 0);
            analysis.AddScore(item, 0, item / 2);
            analysis.AddScore(item, 1, 3);
            analysis.AddScore(item, 1, 3);
        }

        var result = analysis.Finish();

        Assert.Equal([10, 11, 8, 9, 6], result.MostVariable.Select(item => item.Item));
        Assert.Equal([0, 1, 2, 3, 4], result.MostStable.Select(item => item.Item));
        Assert.Equal(12.5 / 2, result.MostVariable[0].Variance, 1e-12);
    }

    [Fact]
    public void Few_items_are_never_in_both_lists()
    {
        var analysis = new MultiSampleAnalysis(3, 1, 2, null);
        for (var item = 0; item < 3; item++)
        {
            analysis.AddScore(item, 0, 0);
            analysis.AddScore(item, 0, item);
        }

        var result = analysis.Finish();

        Assert.Equal([2, 1], result.MostVariable.Select(item => item.Item));
        Assert.Equal([0], result.MostStable.Select(item => item.Item));
    }

    [Fact]
    public void What_does_not_vary_is_never_among_the_most_variable()
    {
        var analysis = new MultiSampleAnalysis(3, 1, 2, null);
        foreach (var (item, score) in new[] { (0, 1.0), (0, 1), (1, 2), (1, 4), (2, 3), (2, 3) })
        {
            analysis.AddScore(item, 0, score);
        }

        var result = analysis.Finish();

        Assert.Equal([1], result.MostVariable.Select(item => item.Item));
        Assert.Equal([0, 2], result.MostStable.Select(item => item.Item));
    }

    [Fact]
    public void Single_samples_have_no_variance_no_consistency_and_no_ranking()
    {
        var analysis = new MultiSampleAnalysis(3, 1, 1, (0, 1));
        for (var item = 0; item < 3; item++)
        {
            analysis.AddScore(item, 0, item % 2);
        }

        var result = analysis.Finish();

        Assert.Null(result.Variants[0].AverageWithinVariance);
        Assert.Null(result.Variants[0].Consistency);
        Assert.Null(result.Variants[0].ConsistencyLabel);
        Assert.NotNull(result.Variants[0].ConfidenceInterval);
        Assert.Empty(result.MostVariable);
    }

    [Fact]
    public void Invalid_failed_and_missing_cells_are_counted_and_left_out()
    {
        var analysis = new MultiSampleAnalysis(2, 2, 3, null);
        analysis.AddScore(0, 0, 1);
        analysis.AddInvalid(0, 0);
        analysis.AddFailed(0, 0);
        analysis.AddFailed(1, 0);

        var variants = analysis.Finish().Variants;

        Assert.Equal((1L, 1L, 2L, 2L), (variants[0].SampleCount, variants[0].InvalidCount, variants[0].FailedCount, variants[0].MissingCount));
        Assert.Equal((0L, 6L), (variants[1].SampleCount, variants[1].MissingCount));
        Assert.Equal(new SummaryStatistics(0, null, null, null, null, null, null), variants[1].ItemMeans);
        Assert.Null(variants[1].ConfidenceInterval);
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
        var analysis = new MultiSampleAnalysis(2, 2, 1, null);

        Assert.Throws<ArgumentOutOfRangeException>(() => analysis.AddScore(item, variant, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => analysis.AddInvalid(item, variant));
        Assert.Throws<ArgumentOutOfRangeException>(() => analysis.AddFailed(item, variant));
    }

    [Fact]
    public void Empty_runs_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiSampleAnalysis(0, 1, 1, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiSampleAnalysis(1, 0, 1, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiSampleAnalysis(1, 1, 0, null));
    }

    private static MultiSampleResult Analyze((int Item, int Variant, double Score)[] scores)
    {
        var analysis = new MultiSampleAnalysis(20, 3, 4, (1, 5));
        foreach (var (item, variant, score) in scores)
        {
            analysis.AddScore(item, variant, score);
        }

        return analysis.Finish();
    }
}

namespace FunctionsEval.Statistics.Tests;

public sealed class Distributing_scores
{
    [Fact]
    public void Few_distinct_scores_are_counted_exactly()
    {
        var distribution = Distribution([1, 5, 3, 3, 5, 5, -0.0, 0.0]);

        Assert.True(distribution.IsExact);
        Assert.Equal([new ScoreBin(0, 0, 2), new ScoreBin(1, 1, 1), new ScoreBin(3, 3, 2), new ScoreBin(5, 5, 3)], distribution.Bins);
    }

    [Fact]
    public void Many_distinct_scores_go_into_at_most_twenty_bins()
    {
        var distribution = Distribution(Enumerable.Range(0, 101).Select(value => (double)value));

        Assert.False(distribution.IsExact);
        Assert.Equal(13, distribution.Bins.Count);
        Assert.Equal(new ScoreBin(0, 8, 8), distribution.Bins[0]);
        Assert.Equal(new ScoreBin(96, 104, 5), distribution.Bins[^1]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-50, 50)]
    [InlineData(1e9, 1e-3)]
    [InlineData(-1e-300, 1e-301)]
    [InlineData(-1e140, 2e140)]
    public void Every_score_is_in_its_bin_and_the_order_does_not_matter(double offset, double width)
    {
        var random = new Random(3);
        var scores = Enumerable.Range(0, 2_000).Select(_ => offset + (width * random.NextDouble())).ToArray();
        var distribution = Distribution(scores);
        Array.Sort(scores);

        Assert.Equal(distribution.Bins, Distribution(scores).Bins);
        Assert.InRange(distribution.Bins.Count, 1, ScoreHistogram.MaxBins);
        foreach (var bin in distribution.Bins)
        {
            Assert.Equal(bin.Count, scores.LongCount(score => bin.From <= score && score < bin.To));
        }
    }

    [Fact]
    public void No_scores_have_no_bins() => Assert.Empty(Distribution([]).Bins);

    private static ScoreDistribution Distribution(IEnumerable<double> scores)
    {
        var histogram = new ScoreHistogram();
        foreach (var score in scores)
        {
            histogram.Add(score);
        }

        return histogram.ToDistribution();
    }
}

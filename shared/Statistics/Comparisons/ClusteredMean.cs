namespace FunctionsEval.Statistics.Comparisons;

/// <summary>
/// The mean of items that come in clusters (questions on one text, items of one author), whose errors are alike inside a cluster:
/// SE² = C/(C-1)·Σ_c(Σ_{i in c}(s_i - mean))²/n², the sandwich of Liang and Zeger (1986), doi:10.1093/biomet/73.1.13, as recommended for
/// evals by Miller (2024), arXiv:2411.00640. One item a cluster gives s/√n. Null below two clusters: nothing tells their spread.
/// </summary>
public static class ClusteredMean
{
    /// <summary>Of items that stand alone.</summary>
    public static MeanEstimate? Of(ReadOnlySpan<double> values)
    {
        var moments = RunningMoments.Of(values);
        return moments.Count < 2
            ? null
            : new MeanEstimate(moments.Mean, moments.StandardDeviation / Math.Sqrt(moments.Count), moments.Count, moments.Count, moments.Count);
    }

    /// <param name="clusters">The cluster of each value; any numbers.</param>
    public static MeanEstimate? Of(ReadOnlySpan<double> values, ReadOnlySpan<int> clusters)
    {
        ArgumentRules.CheckSameLength(values.Length, clusters.Length, nameof(clusters));
        var mean = RunningMoments.Of(values).Mean;
        var index = ClusterIndex.Of(clusters);
        if (index.Count < 2)
        {
            return null;
        }

        var deviations = new double[values.Length];
        for (var item = 0; item < values.Length; item++)
        {
            deviations[item] = values[item] - mean;
        }

        var squares = default(CompensatedSum);
        foreach (var sum in index.SumsOf(deviations))
        {
            squares.Add(sum * sum);
        }

        var correction = index.Count / (index.Count - 1.0);
        var effective = (double)values.Length * values.Length / index.Sizes().Sum(size => (double)size * size);
        return new MeanEstimate(mean, Math.Sqrt(correction * squares.Value) / values.Length, values.Length, index.Count, effective);
    }
}

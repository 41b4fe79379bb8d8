namespace FunctionsEval.Statistics.Verdicts;

/// <summary>Two variants on the same items: the means of each item's samples, which are the units of every comparison.</summary>
/// <param name="Clusters">The cluster of each item; its own number where an item stands alone.</param>
/// <param name="SamplesPerItem">The largest number of samples that any of the means is made of.</param>
/// <param name="IsPassOrFail">Every sample is 0 or 1.</param>
/// <param name="Range">The largest difference that the scale allows; null when the scale is unknown.</param>
public sealed record PairedScores(
    IReadOnlyList<double> First,
    IReadOnlyList<double> Second,
    IReadOnlyList<int> Clusters,
    int SamplesPerItem = 1,
    bool IsPassOrFail = false,
    double? Range = null)
{
    public int Items => First.Count;

    /// <summary>Items that both variants have a score of; the others are left out.</summary>
    /// <param name="clusters">One label an item; null when all stand alone.</param>
    public static PairedScores Of(
        ReadOnlySpan<RunningMoments> first,
        ReadOnlySpan<RunningMoments> second,
        ReadOnlySpan<int> clusters,
        bool isPassOrFail = false,
        (double Min, double Max)? scale = null)
    {
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        if (!clusters.IsEmpty)
        {
            ArgumentRules.CheckSameLength(first.Length, clusters.Length, nameof(clusters));
        }

        var (a, b, labels, samples) = (new List<double>(first.Length), new List<double>(first.Length), new List<int>(first.Length), 1);
        for (var item = 0; item < first.Length; item++)
        {
            if (first[item].Count > 0 && second[item].Count > 0)
            {
                a.Add(first[item].Mean);
                b.Add(second[item].Mean);
                labels.Add(clusters.IsEmpty ? item : clusters[item]);
                samples = Math.Max(samples, Math.Max(first[item].Count, second[item].Count));
            }
        }

        return new PairedScores(a, b, labels, samples, isPassOrFail, scale is { } known ? known.Max - known.Min : null);
    }
}

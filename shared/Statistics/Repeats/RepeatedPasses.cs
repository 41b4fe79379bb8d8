using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Repeats;

/// <summary>Of k samples of an item: at least one passes (pass@k), every one does (pass^k); means over the items that have k samples.</summary>
public sealed record RepeatedPasses(int K, int Items, double AtLeastOnce, ConfidenceInterval? AtLeastOnceInterval, double EveryTime, ConfidenceInterval? EveryTimeInterval)
{
    private static readonly int[] Shown = [2, 3, 5, 10, 20, 50, 100];

    /// <summary>For k = 2, 3, 5, 10 and so on up to the number of samples, and that number itself.</summary>
    /// <param name="items">Samples of 0 or 1.</param>
    /// <param name="clusters">One label an item; empty when all stand alone.</param>
    public static IReadOnlyList<RepeatedPasses> Of(RunningMoments[] items, int[] clusters, int samples, double level, Random random)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(clusters);
        return [.. Shown.Where(k => k < samples).Append(samples).Where(k => k > 1).Select(k => OfK(items, clusters, k, level, random)).OfType<RepeatedPasses>()];
    }

    private static RepeatedPasses? OfK(RunningMoments[] items, int[] clusters, int k, double level, Random random)
    {
        int[] known = [.. Enumerable.Range(0, items.Length).Where(item => items[item].Count >= k)];
        if (known.Length == 0)
        {
            return null;
        }

        int[] labels = clusters.Length == 0 ? [] : [.. known.Select(item => clusters[item])];
        var once = MeanOf((count, passed) => PassAtK.Of(count, passed, k));
        var every = MeanOf((count, passed) => PassEveryTime.Of(count, passed, k));
        return new RepeatedPasses(k, known.Length, once.Mean, once.Interval, every.Mean, every.Interval);

        MeanInference MeanOf(Func<int, int, double> rate) => MeanInference.Of(
            [.. known.Select(item => rate(items[item].Count, (int)Math.Round(items[item].Mean * items[item].Count)))], labels, ScoreScale.Between(0, 1), 1, level, random)!;
    }
}

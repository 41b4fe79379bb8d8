namespace FunctionsEval.Statistics.Inference;

/// <summary>The samples of two variants on the items that both have a score of.</summary>
public sealed class PairedSamples
{
    // Means of the same samples in another order differ by roundings, of which each is below 1.2e-16 of the mean: that is no difference.
    private const double Rounding = 1e-14;

    private PairedSamples(RunningMoments[] first, RunningMoments[] second, int[] clusters)
    {
        (First, Second, Clusters) = (first, second, clusters);
        Differences = new double[first.Length];
        for (var item = 0; item < first.Length; item++)
        {
            var difference = first[item].Mean - second[item].Mean;
            Differences[item] = Math.Abs(difference) <= Rounding * Math.Abs(first[item].Mean) ? 0 : difference;
        }
    }

    public int Items => First.Length;

    /// <summary>Clusters, or items where each stands alone.</summary>
    public int Units => Labels().Distinct().Count();

    /// <summary>First minus second, the difference of each item's sample means: the unit of every comparison.</summary>
    internal double[] Differences { get; }

    internal RunningMoments[] First { get; }

    internal RunningMoments[] Second { get; }

    /// <summary>Of each item; empty where all stand alone.</summary>
    internal int[] Clusters { get; }

    /// <param name="clusters">One label an item, any numbers; empty when all stand alone.</param>
    public static PairedSamples Of(ReadOnlySpan<RunningMoments> first, ReadOnlySpan<RunningMoments> second, ReadOnlySpan<int> clusters)
    {
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        if (!clusters.IsEmpty)
        {
            ArgumentRules.CheckSameLength(first.Length, clusters.Length, nameof(clusters));
        }

        var (a, b, labels) = (new List<RunningMoments>(first.Length), new List<RunningMoments>(first.Length), new List<int>(clusters.Length));
        for (var item = 0; item < first.Length; item++)
        {
            if (first[item].Count > 0 && second[item].Count > 0)
            {
                a.Add(first[item]);
                b.Add(second[item]);
                if (!clusters.IsEmpty)
                {
                    labels.Add(clusters[item]);
                }
            }
        }

        return new PairedSamples([.. a], [.. b], [.. labels]);
    }

    /// <summary>In each item, or cluster of items, a coin says which of the two comes first: then they are alike.</summary>
    public PairedSamples Swapped(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var (first, second) = ((RunningMoments[])First.Clone(), (RunningMoments[])Second.Clone());
        var (labels, coins) = (Labels(), new Dictionary<int, bool>());
        for (var item = 0; item < first.Length; item++)
        {
            var label = labels[item];
            if (!coins.TryGetValue(label, out var isSwapped))
            {
                coins[label] = isSwapped = random.Next(2) == 1;
            }

            (first[item], second[item]) = isSwapped ? (second[item], first[item]) : (first[item], second[item]);
        }

        return new PairedSamples(first, second, Clusters);
    }

    /// <summary>All but so many of the items, or of the clusters of items, drawn at random.</summary>
    /// <param name="units">Fewer than <see cref="Units"/>.</param>
    public PairedSamples Without(int units, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(units, Units);
        var labels = Labels();
        int[] shuffled = [.. labels.Distinct()];
        random.Shuffle(shuffled);
        var leftOut = shuffled[..units].ToHashSet();
        int[] kept = [.. Enumerable.Range(0, Items).Where(item => !leftOut.Contains(labels[item]))];
        return new PairedSamples(
            Array.ConvertAll(kept, item => First[item]), Array.ConvertAll(kept, item => Second[item]), Clusters.Length == 0 ? [] : Array.ConvertAll(kept, item => Clusters[item]));
    }

    /// <summary>The same were the first variant better by that much in every item.</summary>
    public PairedSamples Shifted(double effect) => new([.. First.Select(item => item.Shifted(effect))], Second, Clusters);

    /// <summary>Those of the given items, by their places among the ones that both variants have.</summary>
    public PairedSamples Take(int items) => new(First[..items], Second[..items], Clusters.Length == 0 ? [] : Clusters[..items]);

    private int[] Labels() => Clusters.Length == 0 ? [.. Enumerable.Range(0, Items)] : Clusters;
}

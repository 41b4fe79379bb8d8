namespace FunctionsEval.Statistics.Calibration;

/// <summary>
/// One variant's cells: what a judge (or any scorer) said of each, and what people said of some. A unit of inference is an item, or a cluster of items where
/// they come in clusters. Which cells have labels must not depend on anything but the judge's scores; then what is said of them holds for the others.
/// </summary>
public sealed class LabelledScores
{
    private LabelledScores(int items, ClusterIndex units)
    {
        Units = units;
        Judged = new RunningMoments[items];
        Labels = new RunningMoments[items];
        JudgedOfLabelled = new RunningMoments[items];
    }

    /// <summary>Items with a score of the judge.</summary>
    public int Items { get; private set; }

    /// <summary>Labelled cells.</summary>
    public int LabelCount { get; private set; }

    /// <summary>Independent units with a label.</summary>
    public int LabelledUnits { get; private set; }

    /// <summary>The judge's mean over items; NaN without any.</summary>
    public double JudgedMean { get; private set; } = double.NaN;

    /// <summary>The position of each item's unit.</summary>
    internal ClusterIndex Units { get; }

    /// <summary>Of all scored cells, by item.</summary>
    internal RunningMoments[] Judged { get; }

    /// <summary>Of labelled cells, by item.</summary>
    internal RunningMoments[] Labels { get; }

    /// <summary>The judge's scores of the labelled cells, by item.</summary>
    internal RunningMoments[] JudgedOfLabelled { get; }

    /// <summary>Each labelled cell, with its item.</summary>
    internal List<(int Item, double Judged, double Label)> Pairs { get; } = [];

    /// <param name="items">The item of each cell, from 0 on.</param>
    /// <param name="judged">The judge's score of each cell; NaN where there is none: such a cell is left out, its label too.</param>
    /// <param name="labels">The label of each cell, on the judge's scale; the mean where several people gave one, and NaN where nobody did.</param>
    /// <param name="clusters">One label an item, any numbers; empty when all stand alone.</param>
    /// <param name="itemCount">Of the run, whether they have cells or not.</param>
    public static LabelledScores Of(
        ReadOnlySpan<int> items, ReadOnlySpan<double> judged, ReadOnlySpan<double> labels, ReadOnlySpan<int> clusters, int itemCount)
    {
        ArgumentRules.CheckSameLength(items.Length, judged.Length, nameof(judged));
        ArgumentRules.CheckSameLength(items.Length, labels.Length, nameof(labels));
        if (!clusters.IsEmpty)
        {
            ArgumentRules.CheckSameLength(itemCount, clusters.Length, nameof(clusters));
        }

        var scores = new LabelledScores(itemCount, ClusterIndex.Of(clusters.IsEmpty ? [.. Enumerable.Range(0, itemCount)] : clusters));
        for (var cell = 0; cell < items.Length; cell++)
        {
            var item = items[cell];
            if (item < 0 || item >= itemCount)
            {
                throw new ArgumentOutOfRangeException(nameof(items), item, $"An item must lie between 0 and {itemCount - 1}.");
            }

            if (double.IsNaN(judged[cell]))
            {
                continue;
            }

            scores.Judged[item].Add(judged[cell]);
            if (!double.IsNaN(labels[cell]))
            {
                scores.Labels[item].Add(labels[cell]);
                scores.JudgedOfLabelled[item].Add(judged[cell]);
                scores.Pairs.Add((item, judged[cell], labels[cell]));
            }
        }

        scores.Count();
        return scores;
    }

    /// <summary>The same without the items that the other variant has no score of: a difference is one of the same items.</summary>
    internal LabelledScores SharedWith(LabelledScores other)
    {
        var shared = new LabelledScores(Judged.Length, Units);
        for (var item = 0; item < Judged.Length; item++)
        {
            if (Judged[item].Count > 0 && other.Judged[item].Count > 0)
            {
                (shared.Judged[item], shared.Labels[item], shared.JudgedOfLabelled[item]) = (Judged[item], Labels[item], JudgedOfLabelled[item]);
            }
        }

        shared.Pairs.AddRange(Pairs.Where(pair => other.Judged[pair.Item].Count > 0));
        shared.Count();
        return shared;
    }

    /// <summary>The sums of values of items, by unit.</summary>
    internal double[] ByUnit(ReadOnlySpan<double> ofItems) => Units.SumsOf(ofItems);

    private void Count()
    {
        var means = default(RunningMoments);
        var labelled = new HashSet<int>();
        for (var item = 0; item < Judged.Length; item++)
        {
            if (Judged[item].Count > 0)
            {
                means.Add(Judged[item].Mean);
            }

            if (Labels[item].Count > 0)
            {
                labelled.Add(Units[item]);
            }
        }

        (Items, LabelCount, LabelledUnits, JudgedMean) = (means.Count, Pairs.Count, labelled.Count, means.Mean);
    }
}

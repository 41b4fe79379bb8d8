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

    /// <param name="judged">The judge's scores of each item's cells; empty where there is none.</param>
    /// <param name="labelled">The labelled cells that the judge scored: item, the judge's score, and the label on the same scale, the mean where several people gave one.</param>
    /// <param name="clusters">One label an item, any numbers; empty when all stand alone.</param>
    public static LabelledScores Of(
        ReadOnlySpan<RunningMoments> judged, IReadOnlyList<(int Item, double Judged, double Label)> labelled, ReadOnlySpan<int> clusters)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        if (!clusters.IsEmpty)
        {
            ArgumentRules.CheckSameLength(judged.Length, clusters.Length, nameof(clusters));
        }

        var scores = new LabelledScores(judged.Length, ClusterIndex.Of(clusters.IsEmpty ? [.. Enumerable.Range(0, judged.Length)] : clusters));
        judged.CopyTo(scores.Judged);
        foreach (var (item, score, label) in labelled)
        {
            if (item < 0 || item >= judged.Length || judged[item].Count == 0)
            {
                throw new ArgumentOutOfRangeException(nameof(labelled), item, $"A labelled cell must be of an item with a score, from 0 to {judged.Length - 1}.");
            }

            scores.Labels[item].Add(label);
            scores.JudgedOfLabelled[item].Add(score);
            scores.Pairs.Add((item, score, label));
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

    /// <summary>Of scores of 0 and 1: the share that the judge passes, worth as many independent cells as the spread of units says.</summary>
    internal ClusteredShare JudgedShare()
    {
        var deviations = new double[Judged.Length];
        for (var item = 0; item < deviations.Length; item++)
        {
            deviations[item] = Judged[item].Count == 0 ? 0 : (Judged[item].Mean - JudgedMean) / Items;
        }

        var byUnit = ByUnit(deviations);
        var variance = byUnit.Sum(unit => unit * unit) * byUnit.Length / Math.Max(1, byUnit.Length - 1);
        return new ClusteredShare(JudgedMean, Items, variance > 0 ? JudgedMean * (1 - JudgedMean) / variance : byUnit.Length);
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

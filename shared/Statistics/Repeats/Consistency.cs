using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Repeats;

/// <summary>In words, by the thresholds of <see cref="ConsistencyEstimate"/>.</summary>
public enum ConsistencyLabel
{
    Low,
    Medium,
    High,
}

/// <summary>
/// How alike two samples of one item are, whatever the number of samples: 1 - 2·s²/range², the mean over items. 1 when they never differ, and
/// the chance that both agree where a score is pass or fail (0.5 for a fair coin).
/// </summary>
/// <param name="Interval">Over items, within what so many samples can come to; null below two.</param>
public sealed record ConsistencyEstimate(double Value, ConfidenceInterval? Interval)
{
    public const double High = 0.9;
    public const double Medium = 0.7;

    public ConsistencyLabel Label => Value >= High ? ConsistencyLabel.High : Value >= Medium ? ConsistencyLabel.Medium : ConsistencyLabel.Low;

    /// <summary>Null when no item has two samples.</summary>
    /// <param name="clusters">One label an item; empty when all stand alone.</param>
    public static ConsistencyEstimate? Of(ReadOnlySpan<RunningMoments> items, ReadOnlySpan<int> clusters, double range, double level, Random random)
    {
        ArgumentRules.CheckPositive(range, nameof(range));
        var (agreements, labels, fewest) = (new List<double>(items.Length), new List<int>(), int.MaxValue);
        for (var item = 0; item < items.Length; item++)
        {
            if (items[item].Count > 1)
            {
                fewest = Math.Min(fewest, items[item].Count);
                agreements.Add(1 - (2 * items[item].Variance / (range * range)));
                if (!clusters.IsEmpty)
                {
                    labels.Add(clusters[item]);
                }
            }
        }

        if (agreements.Count == 0)
        {
            return null;
        }

        var scale = ScoreScale.Between(Least(fewest), 1);
        var units = UnitSums.Of([.. agreements], [.. labels]).EachOnce();
        return units.Count is > 1 and < Method.FewUnits ? new ConsistencyEstimate(units.Mean, OfFew(units, scale, level))
            : MeanInference.Of([.. agreements], [.. labels], scale, 1, level, random) is { } mean ? new ConsistencyEstimate(mean.Mean, mean.Interval)
            : null;
    }

    // Half of the samples at either end: k/(k-1)/2 less than 1, or a little more where k is odd.
    private static double Least(int samples) => 1 - (2.0 * (samples / 2) * (samples - (samples / 2)) / samples / (samples - 1));

    // Agreements of few samples come in few steps, and their t interval alone holds as little as 80% (docs/statistics.md).
    private static ConfidenceInterval? OfFew(UnitSums units, ScoreScale scale, double level)
    {
        var tails = new LargerOf(new StudentTails(units), new TiltedTails(units, scale.Min!.Value, scale.Max!.Value, isWhole: true));
        var spread = RunningMoments.Of(units.Deviations).StandardDeviation;
        var step = (spread > 0 ? spread / Math.Sqrt(units.Count) : scale.Range!.Value / units.Count) / 2;
        return Inversion.Interval(tails, units.Mean, step, level, (scale.Min!.Value, scale.Max!.Value), isDifference: false);
    }
}

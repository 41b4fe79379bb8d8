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
/// <param name="Interval">Over items; null below two.</param>
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
        var (agreements, labels) = (new List<double>(items.Length), new List<int>());
        for (var item = 0; item < items.Length; item++)
        {
            if (items[item].Count > 1)
            {
                agreements.Add(1 - (2 * items[item].Variance / (range * range)));
                if (!clusters.IsEmpty)
                {
                    labels.Add(clusters[item]);
                }
            }
        }

        // Two samples at both ends agree by 0; more samples cannot be less alike than that on average, but may on a single item.
        return MeanInference.Of([.. agreements], [.. labels], ScoreScale.Between(0, 1), 1, level, random) is { } mean
            ? new ConsistencyEstimate(mean.Mean, mean.Interval)
            : null;
    }
}

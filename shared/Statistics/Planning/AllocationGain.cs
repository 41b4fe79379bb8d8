namespace FunctionsEval.Statistics.Planning;

/// <summary>What giving items different numbers of samples did for one variant, seen afterwards in its own scores.</summary>
/// <param name="FewestSamples">Scored ones of any item.</param>
/// <param name="NoiseVersusEqual">
/// Σ(s_i²/K_i) / Σ(s_i²/K) with K the mean number: below 1 the item means are less noisy than as many samples would have made them in equal
/// numbers, above 1 more. Null when nothing varies.
/// </param>
public sealed record AllocationGain(int FewestSamples, int MostSamples, double? NoiseVersusEqual)
{
    /// <summary>Null when no item has two samples.</summary>
    public static AllocationGain? Of(ReadOnlySpan<RunningMoments> items)
    {
        var (counts, equal, given) = (default(RunningMoments), default(CompensatedSum), default(CompensatedSum));
        foreach (var item in items)
        {
            if (item.Count > 1)
            {
                counts.Add(item.Count);
                equal.Add(item.Variance);
                given.Add(item.Variance / item.Count);
            }
        }

        return counts.Count == 0
            ? null
            : new AllocationGain((int)counts.Min, (int)counts.Max, equal.Value > 0 ? given.Value * counts.Mean / equal.Value : null);
    }
}

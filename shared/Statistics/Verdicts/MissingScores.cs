namespace FunctionsEval.Statistics.Verdicts;

/// <summary>
/// The smallest and largest difference that the whole plan could have shown, had each missing score taken an end of the scale: no
/// assumption about why it is missing. Manski (1990), jstor 2006592. Not an interval: it says nothing of chance.
/// </summary>
/// <param name="Missing">Planned scores of the two variants that are not there.</param>
public sealed record EffectBounds(double Lower, double Upper, long Missing);

public static class MissingScores
{
    /// <summary>Null when nothing is missing.</summary>
    /// <param name="samples">Planned for each item and variant.</param>
    public static EffectBounds? Bounds(
        ReadOnlySpan<RunningMoments> first, ReadOnlySpan<RunningMoments> second, int samples, (double Min, double Max) scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        int[] planned = [.. Enumerable.Repeat(samples, first.Length)];
        return Bounds(first, second, planned, planned, scale);
    }

    /// <param name="firstPlanned">Samples of the first variant that each item was to get, one or more.</param>
    public static EffectBounds? Bounds(
        ReadOnlySpan<RunningMoments> first,
        ReadOnlySpan<RunningMoments> second,
        ReadOnlySpan<int> firstPlanned,
        ReadOnlySpan<int> secondPlanned,
        (double Min, double Max) scale)
    {
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        ArgumentRules.CheckSameLength(first.Length, firstPlanned.Length, nameof(firstPlanned));
        ArgumentRules.CheckSameLength(first.Length, secondPlanned.Length, nameof(secondPlanned));
        var (lower, upper, missing) = (default(CompensatedSum), default(CompensatedSum), 0L);
        for (var item = 0; item < first.Length; item++)
        {
            var (lowFirst, highFirst) = Ends(first[item], firstPlanned[item], scale);
            var (lowSecond, highSecond) = Ends(second[item], secondPlanned[item], scale);
            lower.Add(lowFirst - highSecond);
            upper.Add(highFirst - lowSecond);
            missing += Math.Max(0, firstPlanned[item] - first[item].Count) + Math.Max(0, secondPlanned[item] - second[item].Count);
        }

        return missing == 0 ? null : new EffectBounds(lower.Value / first.Length, upper.Value / first.Length, missing);
    }

    private static (double Low, double High) Ends(RunningMoments scores, int samples, (double Min, double Max) scale)
    {
        var missing = Math.Max(0, samples - scores.Count);
        var total = scores.Count + missing;
        var sum = scores.Count == 0 ? 0 : scores.Mean * scores.Count;
        return ((sum + (missing * scale.Min)) / total, (sum + (missing * scale.Max)) / total);
    }
}

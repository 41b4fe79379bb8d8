namespace FunctionsEval.Evaluation.Candidates;

/// <summary>
/// Picks candidates fairly over source types, sources and time: round robin over the groups (source, time bucket), each giving its
/// best first. Groups come in such an order that any cut is fair: no source gets a second place before each has one, and no source
/// type before each type has one. Nothing is random, and the order of input does not matter.
/// </summary>
public static class StratifiedSampling
{
    private const int MinBuckets = 3;
    private const int MaxBuckets = 12;
    private const double HoursPerBucket = 2;

    /// <returns>Exactly <paramref name="size"/> candidates, or all when there are fewer; best first.</returns>
    public static SampledCandidates Select(IReadOnlyCollection<Candidate> pool, TimeWindow window, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (pool.Count <= size)
        {
            return Result(pool, pool, buckets: 0);
        }

        var buckets = BucketCount(window);
        var groups = InFairOrder(pool, window, buckets);
        var picked = new List<Candidate>(size);
        for (var round = 0; picked.Count < size; round++)
        {
            picked.AddRange(groups.Where(group => round < group.Count).Take(size - picked.Count).Select(group => group[round]));
        }

        return Result(pool, picked, buckets);
    }

    /// <summary>A bucket for every two hours, 3 to 12 of them.</summary>
    public static int BucketCount(TimeWindow window) => (int)Math.Clamp(
        Math.Round((window.End - window.Start).TotalHours / HoursPerBucket, MidpointRounding.AwayFromZero), MinBuckets, MaxBuckets);

    public static int BucketOf(DateTimeOffset at, TimeWindow window, int buckets)
    {
        var share = Math.Max(0, (at - window.Start).TotalMilliseconds) / Math.Max(1, (window.End - window.Start).TotalMilliseconds);
        return Math.Clamp((int)Math.Floor(share * buckets), 0, buckets - 1);
    }

    /// <summary>Groups by the rank of their bucket within the source, then by the rank of the source within its type, then by type.</summary>
    private static List<List<Candidate>> InFairOrder(IEnumerable<Candidate> pool, TimeWindow window, int buckets) =>
        [.. pool.GroupBy(candidate => candidate.Representative.SourceType, StringComparer.Ordinal)
            .SelectMany(type => type
                .GroupBy(candidate => candidate.Representative.FairnessId, StringComparer.Ordinal)
                .Select(source => source.GroupBy(candidate => BucketOf(candidate.At, window, buckets)).Select(Ranked).OrderBy(Best, Candidate.BestFirst).ToList())
                .OrderBy(source => Best(source[0]), Candidate.BestFirst)
                .SelectMany((source, sourceRank) => source.Select((group, bucketRank) => (group, bucketRank, sourceRank))))
            .OrderBy(entry => entry.bucketRank)
            .ThenBy(entry => entry.sourceRank)
            .ThenBy(entry => Best(entry.group), Candidate.BestFirst)
            .Select(entry => entry.group)];

    private static List<Candidate> Ranked(IEnumerable<Candidate> group) => [.. group.Order(Candidate.BestFirst)];

    private static Candidate Best(List<Candidate> group) => group[0];

    private static SampledCandidates Result(IReadOnlyCollection<Candidate> pool, IReadOnlyCollection<Candidate> picked, int buckets) => new(
        [.. picked.Order(Candidate.BestFirst)],
        new SamplingStats(
            pool.Count,
            picked.Count,
            buckets,
            pool.Select(candidate => candidate.Representative.SourceType).Distinct(StringComparer.Ordinal).Count(),
            pool.Select(candidate => candidate.Representative.FairnessId).Distinct(StringComparer.Ordinal).Count(),
            Top(picked, candidate => candidate.Representative.SourceType),
            Top(picked, candidate => candidate.Representative.FairnessId)));

    private static List<NameCount> Top(IEnumerable<Candidate> picked, Func<Candidate, string> name) =>
        [.. picked.GroupBy(name, StringComparer.Ordinal)
            .Select(group => new NameCount(group.Key, group.Count()))
            .OrderByDescending(entry => entry.Count)
            .ThenBy(entry => entry.Name, StringComparer.Ordinal)
            .Take(SamplingStats.TopCount)];
}

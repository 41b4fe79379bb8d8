using System.Collections.Concurrent;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>
/// What the cells of a run add up to. The process that works on a run knows it; of a run that has ended it is one row; else the counters of all
/// partitions are read, which is kept for a moment, so that polling costs next to nothing however many partitions there are.
/// </summary>
internal sealed class RunCounts(IEntityStore entities, TimeProvider clock)
{
    private const int ReadsAtOnce = 32;

    /// <summary>Reading all counters may take a twentieth of the time between two polls, no more.</summary>
    private const int KeptTimes = 20;

    private static readonly TimeSpan KeptAtLeast = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, LiveCells> _live = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    public async Task<LiveCells> FollowAsync(RunRecord run)
    {
        var live = new LiveCells(run, entities, await ReadAsync(run, CancellationToken.None));
        _kept.TryRemove(run.RunId, out _);
        return _live[run.RunId] = live;
    }

    public void Leave(string runId) => _live.TryRemove(runId, out _);

    public LiveCells? Live(string runId) => _live.GetValueOrDefault(runId);

    public async Task<CellCounts[]> OfAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (Live(run.RunId) is { } live)
        {
            return live.Counts;
        }

        if (run.Status.IsFinished() && await FindSealedAsync(run, cancellationToken) is { } sealedCounts)
        {
            return sealedCounts;
        }

        if (_kept.TryGetValue(run.RunId, out var kept) && kept.Extension == run.Course.Extension && clock.GetElapsedTime(kept.At) < kept.For)
        {
            return kept.Counts;
        }

        var started = clock.GetTimestamp();
        var counts = await ExactAsync(run, cancellationToken);
        var took = clock.GetElapsedTime(started);

        // Few partitions are read as fast as anything that could be kept.
        if (PartitionsOf(run) > ReadsAtOnce)
        {
            var keptFor = took * KeptTimes;
            _kept[run.RunId] = new Kept(counts, clock.GetTimestamp(), keptFor > KeptAtLeast ? keptFor : KeptAtLeast, run.Course.Extension);
        }

        return counts;
    }

    /// <summary>Of several runs; those that have ended cost one range read together.</summary>
    /// <param name="runs">In the order of their ids.</param>
    public async Task<IReadOnlyList<CellCounts[]>> OfAsync(IReadOnlyList<RunRecord> runs, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, Entity>(StringComparer.Ordinal);
        if (runs.Count > 1)
        {
            var query = new EntityQuery(TableKeys.Runs, TableKeys.AllCounts, RowFrom: runs[0].RunId, RowTo: $"{runs[^1].RunId}~");
            await foreach (var row in entities.QueryAsync(query, cancellationToken))
            {
                rows[row.RowKey] = row;
            }
        }

        var counts = new List<CellCounts[]>(runs.Count);
        foreach (var run in runs)
        {
            counts.Add(run.Status.IsFinished() && Sealed(run, rows.GetValueOrDefault(run.RunId)) is { } known ? known : await OfAsync(run, cancellationToken));
        }

        return counts;
    }

    /// <summary>The sum of the counters of all partitions.</summary>
    public async Task<CellCounts[]> ExactAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var sums = Enumerable.Repeat(CellCounts.None, run.Variants.Count).ToArray();
        foreach (var counter in await ReadAsync(run, cancellationToken))
        {
            foreach (var (variant, counts) in counter ?? new Dictionary<int, CellCounts>())
            {
                sums[variant] += counts;
            }
        }

        return sums;
    }

    /// <summary>Writes the sum of a run that has ended, or that was rescored, where it is found with one read.</summary>
    public async Task SealAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var row = new Entity(TableKeys.AllCounts, run.RunId) { ["extension"] = run.Course.Extension };
        foreach (var (variant, counts) in (await ExactAsync(run, cancellationToken)).Index())
        {
            row[CellCounter.Name(variant)] = counts.ToText();
        }

        await entities.SubmitAsync(TableKeys.Runs, EntityOperation.Upsert(row), cancellationToken);
    }

    internal static int PartitionsOf(RunRecord run) => (run.Items + CellAddress.ItemsPerPartition - 1) / CellAddress.ItemsPerPartition;

    private async Task<CellCounts[]?> FindSealedAsync(RunRecord run, CancellationToken cancellationToken) =>
        Sealed(run, await entities.FindAsync(TableKeys.Runs, TableKeys.AllCounts, run.RunId, cancellationToken));

    private static CellCounts[]? Sealed(RunRecord run, Entity? row) => row?.GetInt64("extension") == run.Course.Extension
        ? [.. Enumerable.Range(0, run.Variants.Count).Select(variant => row.GetString(CellCounter.Name(variant)) is { } text ? CellCounts.Parse(text) : CellCounts.None)]
        : null;

    private async Task<IReadOnlyDictionary<int, CellCounts>?[]> ReadAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var asked = run.PairSets is null ? [] : new PairPlan(run).Sets.Select(set => set.Id).ToHashSet();
        var counters = new IReadOnlyDictionary<int, CellCounts>?[PartitionsOf(run)];
        await Parallel.ForAsync(
            0,
            counters.Length,
            new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
            async (partition, token) =>
            {
                var counter = await CounterAsync(run.RunId, partition, token);
                foreach (var set in run.PairSets ?? [])
                {
                    foreach (var (place, counts) in await CounterAsync(PairSet.IdIn(run.RunId, set), partition, token) ?? [])
                    {
                        counter ??= [];
                        var variant = VariantPair.At(place).Later;
                        counter[variant] = counter.GetValueOrDefault(variant, CellCounts.None) + counts.AsJudgements(asked.Contains(set));
                    }
                }

                counters[partition] = counter;
            });
        return counters;
    }

    private async Task<Dictionary<int, CellCounts>?> CounterAsync(string runId, int partition, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Cells, CellAddress.PartitionKey(runId, partition), TableKeys.Counter, cancellationToken) is { } row
            ? CellCounter.Variants(row).ToDictionary(named => CellCounter.Variant(named.Key), named => named.Value)
            : null;

    private sealed record Kept(CellCounts[] Counts, long At, TimeSpan For, int Extension);
}

using System.Runtime.CompilerServices;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>
/// Every cell of every run: stored once under its own address, together with its transcript, its provider calls and the count
/// that includes it. A cell that exists is complete, and progress is a sum of counter rows (docs/adr/0007).
/// </summary>
public sealed class CellLedger(IEntityStore entities, TimeProvider clock)
{
    private const int MaxWriters = 4096;

    /// <summary>A filter that finds little answers with a place to go on from, not after minutes.</summary>
    private const int MaxRowsLookedAt = 10_000;

    private readonly RunCounts _counts = new(entities, clock);
    private readonly Lock _lock = new();
    private int _unstored;
    private readonly Dictionary<string, CellPartitionWriter> _writers = new(StringComparer.Ordinal);

    /// <summary>Cells and pairs of which this process has answers that are not stored yet.</summary>
    public int Unstored => Volatile.Read(ref _unstored);

    internal void BeginToStore() => Interlocked.Increment(ref _unstored);

    internal void EndToStore() => Interlocked.Decrement(ref _unstored);

    public async Task<CellRecord?> FindAsync(RunRecord run, CellAddress address, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Cells, address.PartitionKey(run.RunId), address.RowKey, cancellationToken) is { } entity
            ? CellRows.ToCell(entity, CellRows.ScorerNames(run))
            : null;

    public async Task<bool> IsStoredAsync(string runId, CellAddress address, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Cells, address.PartitionKey(runId), address.RowKey, cancellationToken) is not null;

    public async Task<Transcript?> FindTranscriptAsync(string runId, CellAddress address, CancellationToken cancellationToken) =>
        await TranscriptRowsAsync(runId, address, cancellationToken) is { Count: > 0 } rows ? CellRows.ToTranscript(rows) : null;

    /// <summary>What <see cref="KeepAsync"/> kept last; null also when that was cut off, so that it is asked for again.</summary>
    public async Task<KeptConversation?> FindKeptAsync(string runId, CellAddress address, CancellationToken cancellationToken) =>
        await TranscriptRowsAsync(runId, address, cancellationToken) is { Count: > 0 } rows ? CellRows.ToKept(rows) : null;

    /// <summary>
    /// Says, durably, that a call is about to be sent; <paramref name="calls"/> counts those of this execution, from 1, and
    /// <paramref name="lost"/> those known to be lost. Gives the number of calls that earlier executions of this cell sent
    /// without an answer being stored. <paramref name="reserved"/> is what one of the calls may cost.
    /// </summary>
    public Task<int> IntendAsync(string runId, CellAddress address, int calls, int lost, decimal reserved = 0) =>
        Writer(address.PartitionKey(runId)).AddAsync(new CellWrite.Intent(address.RowKey, calls, reserved) { Lost = calls == 1 ? null : lost });

    /// <summary>Takes an intent back whose calls were all refused.</summary>
    public Task ForgetIntentAsync(string runId, CellAddress address) => entities.SubmitAsync(
        TableKeys.Cells, EntityOperation.Delete(address.PartitionKey(runId), TableKeys.Intent(address.RowKey)), CancellationToken.None);

    /// <summary>Leaves an intent with so many calls; with none it is taken back.</summary>
    public Task ReviseIntentAsync(string runId, CellAddress address, int calls, decimal reserved)
    {
        if (calls == 0)
        {
            return ForgetIntentAsync(runId, address);
        }

        var row = new Entity(address.PartitionKey(runId), TableKeys.Intent(address.RowKey)) { ["calls"] = calls };
        if (reserved > 0)
        {
            row["reservedNanos"] = Money.ToNanos(reserved * calls);
        }

        return entities.SubmitAsync(TableKeys.Cells, EntityOperation.Upsert(row), CancellationToken.None);
    }

    /// <summary>Keeps the turns so far of a conversation that goes on, with their calls.</summary>
    public Task KeepAsync(string runId, CellAddress address, KeptConversation kept) => EntityBatches.UpsertAsync(
        entities, TableKeys.Transcripts, CellRows.ToEntities(address.PartitionKey(runId), address.RowKey, kept), CancellationToken.None);

    /// <summary>What the cells of a run cost, plus what calls may have cost whose answers were lost: those of a process that died too.</summary>
    public async Task<decimal> SpentAsync(RunRecord run)
    {
        // The intents are read before the counts: a cell that is stored meanwhile is counted twice rather than not at all.
        var counted = 0L;
        foreach (var id in RunIdsOf(run))
        {
            for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
            {
                counted += (await IntentsAsync(CellAddress.PartitionKey(id, partition), CancellationToken.None)).Values.Sum(intent => intent.GetInt64("reservedNanos") ?? 0);
            }
        }

        counted += (await _counts.ExactAsync(run, CancellationToken.None)).Sum(counts => counts.CostNanos + counts.JudgeCostNanos + counts.HeldNanos);
        return Money.FromNanos(counted);
    }

    /// <summary>Stores a finished cell; false when it was there already, and then nothing is changed or counted.</summary>
    /// <param name="purpose">Null is a probe.</param>
    /// <param name="earlierCalls">Of tries that were set aside: the numbers of its calls go on behind theirs.</param>
    /// <param name="keepsCalls">For a conversation that is taken up again: a process may die with only its transcript written.</param>
    public async Task<bool> StoreAsync(
        string runId, CellRecord cell, Transcript transcript, IReadOnlyList<ProviderCall> calls, CallPurpose? purpose = null, bool keepsCalls = false, int earlierCalls = 0)
    {
        var live = _counts.Live(runId);
        try
        {
            var isNew = await Writer(cell.Address.PartitionKey(runId)).AddAsync(new CellWrite.Cell(cell, transcript, calls, purpose ?? CallPurpose.Probe, keepsCalls, earlierCalls)) == 0;
            if (isNew && live is not null)
            {
                await live.AddAsync(cell);
            }

            return isNew;
        }
        catch
        {
            live?.Doubt(cell.Address);
            throw;
        }
    }

    /// <summary>Stores a judgement of a pair beside its run; false when it was there already.</summary>
    internal async Task<bool> StoreJudgementAsync(
        string runId, PairWork work, CellRecord judgement, Transcript transcript, IReadOnlyList<ProviderCall> calls, int earlierCalls)
    {
        var isNew = await StoreAsync(work.Set.RunId, judgement, transcript, calls, CallPurpose.Judge, earlierCalls: earlierCalls);
        if (isNew)
        {
            _counts.Live(runId)?.AddJudgement(work.Pair.Later, judgement);
        }

        return isNew;
    }

    /// <summary>Under which ids the partitions of a run are: its own, and those of its judgements of pairs.</summary>
    internal static IEnumerable<string> RunIdsOf(RunRecord run) => [run.RunId, .. (run.PairSets ?? []).Select(set => PairSet.IdIn(run.RunId, set))];

    /// <summary>All cells of a run in address order.</summary>
    public async IAsyncEnumerable<CellRecord> AllAsync(RunRecord run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
        {
            await foreach (var cell in OfPartitionAsync(run, partition, cancellationToken))
            {
                yield return cell;
            }
        }
    }

    /// <summary>Those of some items that follow each other.</summary>
    public async IAsyncEnumerable<CellRecord> OfPartitionAsync(RunRecord run, int partition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = CellRows.ScorerNames(run);
        var query = new EntityQuery(TableKeys.Cells, CellAddress.PartitionKey(run.RunId, partition), RowTo: TableKeys.AfterCells);
        await foreach (var entity in entities.QueryAsync(query, cancellationToken))
        {
            yield return CellRows.ToCell(entity, names);
        }
    }

    /// <summary>
    /// A page of the cells that pass the filter, in address order. It may hold fewer than asked for though more follow; only a
    /// null token says that there are none.
    /// </summary>
    public async Task<(IReadOnlyList<CellRecord> Cells, string? Continuation)> PageAsync(
        RunRecord run, CellFilter filter, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var names = CellRows.ScorerNames(run);
        var query = filter.Item is { } item
            ? new EntityQuery(TableKeys.Cells, new CellAddress(item, 0, 0).PartitionKey(run.RunId), RowFrom: $"{item:D6}-", RowTo: $"{item:D6}.", PageSize: pageSize)
            : new EntityQuery(
                TableKeys.Cells,
                PartitionFrom: CellAddress.PartitionKey(run.RunId, 0),
                PartitionTo: CellAddress.PartitionKey(run.RunId, RunCounts.PartitionsOf(run)),
                RowTo: TableKeys.AfterCells,
                PageSize: pageSize);
        var cells = new List<CellRecord>();
        var rows = 0;
        do
        {
            var page = await entities.QueryPageAsync(query, continuation, cancellationToken);
            cells.AddRange(page.Entities.Select(entity => CellRows.ToCell(entity, names)).Where(cell => filter.Takes(cell.Address)));
            continuation = page.ContinuationToken;
            rows += page.Entities.Count;
        }
        while (cells.Count == 0 && continuation is not null && rows < MaxRowsLookedAt);

        return (cells, continuation);
    }

    /// <summary>What has been counted so far, per variant.</summary>
    public Task<CellCounts[]> CountAsync(RunRecord run, CancellationToken cancellationToken) => _counts.OfAsync(run, cancellationToken);

    /// <summary>The same of several runs, in the order of their ids.</summary>
    public Task<IReadOnlyList<CellCounts[]>> CountAsync(IReadOnlyList<RunRecord> runs, CancellationToken cancellationToken) => _counts.OfAsync(runs, cancellationToken);

    /// <summary>From now on this process alone stores cells of the run, and knows them without asking.</summary>
    public Task<LiveCells> FollowAsync(RunRecord run) => _counts.FollowAsync(run);

    /// <summary>This process does not work on the run any more.</summary>
    public void Leave(string runId) => _counts.Leave(runId);

    /// <summary>Keeps what the cells of a run that has ended add up to, so that it need not be counted again.</summary>
    public Task SealAsync(RunRecord run, CancellationToken cancellationToken) => _counts.SealAsync(run, cancellationToken);

    /// <summary>The calls of a partition that were announced and are in no stored cell, by the row of the cell.</summary>
    internal async Task<Dictionary<string, Entity>> IntentsAsync(string partition, CancellationToken cancellationToken)
    {
        var start = TableKeys.Intent("");
        return await entities.QueryAsync(new EntityQuery(TableKeys.Cells, partition, RowFrom: start, RowTo: start + "~"), cancellationToken)
            .ToDictionaryAsync(row => row.RowKey[start.Length..], StringComparer.Ordinal, cancellationToken: cancellationToken);
    }

    /// <summary>As many rows of a transcript as there are, without a gap.</summary>
    private async Task<List<Entity>> TranscriptRowsAsync(string runId, CellAddress address, CancellationToken cancellationToken)
    {
        var rows = new List<Entity>(1);
        var key = address.RowKey;
        while (await entities.FindAsync(TableKeys.Transcripts, address.PartitionKey(runId), key, cancellationToken) is { } row)
        {
            rows.Add(row);
            if (rows.Count == CellRows.PartsOf(rows[0]))
            {
                break;
            }

            key = TableKeys.TranscriptPart(address.RowKey, rows.Count);
        }

        return rows;
    }

    private CellPartitionWriter Writer(string partition)
    {
        lock (_lock)
        {
            if (_writers.TryGetValue(partition, out var writer))
            {
                return writer;
            }

            if (_writers.Count >= MaxWriters)
            {
                foreach (var idle in _writers.Where(entry => entry.Value.IsIdle).Select(entry => entry.Key).ToList())
                {
                    _writers.Remove(idle);
                }
            }

            return _writers[partition] = new CellPartitionWriter(entities, partition);
        }
    }
}

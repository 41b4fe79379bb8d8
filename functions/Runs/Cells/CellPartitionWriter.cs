using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>
/// Writes one cell partition. What arrives while a batch is on its way goes into the next one together, so the counter row is
/// replaced once a batch and never contended within a process; other processes are met by its ETag.
/// </summary>
internal sealed class CellPartitionWriter(IEntityStore entities, string partition)
{
    // One operation of the batch is the counter's.
    private const int MaxOperations = EntityBatches.MaxOperations - 1;

    private readonly Lock _lock = new();
    private List<CellWrite> _waiting = [];
    private bool _writing;
    private CellCounter? _counter;

    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return !_writing;
            }
        }
    }

    public Task<int> AddAsync(CellWrite write)
    {
        lock (_lock)
        {
            _waiting.Add(write);
            if (_writing)
            {
                return write.Done;
            }

            _writing = true;
        }

        _ = WriteAllAsync();
        return write.Done;
    }

    private async Task WriteAllAsync()
    {
        while (Take() is { } batch)
        {
            try
            {
                await WriteAsync(batch);
            }
            catch (Exception exception)
            {
                // The batch may have been applied all the same: the counter is read again before the next one.
                _counter = null;
                batch.ForEach(write => write.Fail(exception));
            }
        }
    }

    private List<CellWrite>? Take()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _writing = false;
                return null;
            }

            var (count, operations) = (0, 0);
            var rows = new HashSet<string>(StringComparer.Ordinal);
            while (count < _waiting.Count
                && (count == 0 || operations + _waiting[count].Operations <= MaxOperations)
                && rows.Add(_waiting[count].CellRow))
            {
                operations += _waiting[count++].Operations;
            }

            var batch = _waiting.GetRange(0, count);
            _waiting = count == _waiting.Count ? [] : _waiting.GetRange(count, _waiting.Count - count);
            return batch;
        }
    }

    private async Task WriteAsync(List<CellWrite> batch)
    {
        var cells = batch.OfType<CellWrite.Cell>().ToList();
        if (cells.Count > 0)
        {
            await WriteAheadAsync(cells);
        }

        // Each round that is not applied takes one obstacle away: a lost intent found, a cell that is there, a stale counter.
        while (batch.Count > 0)
        {
            var (operations, owners, counter) = await ComposeAsync(batch);
            var result = await entities.SubmitAsync(TableKeys.Cells, operations, CancellationToken.None);
            if (result.IsApplied)
            {
                _counter = counter?.WrittenAs(operations[^1].Entity.ETag) ?? _counter;
                batch.ForEach(write => write.Complete((write as CellWrite.Intent)?.Lost ?? 0));
                return;
            }

            await ResolveAsync(batch, operations[result.FailedOperation], owners[result.FailedOperation]);
        }
    }

    /// <summary>Transcripts, and calls beyond what a batch holds: idempotent, and there before the cell is.</summary>
    private async Task WriteAheadAsync(List<CellWrite.Cell> cells)
    {
        var transcripts = cells.SelectMany(cell => cell.TranscriptRows(partition));
        await EntityBatches.UpsertAsync(entities, TableKeys.Transcripts, [.. transcripts], CancellationToken.None);
        foreach (var cell in cells.Where(cell => cell.Calls.Count > CellWrite.Cell.CallsInBatch))
        {
            var row = cell.CellRow;
            var rest = cell.Calls.Index().Skip(CellWrite.Cell.CallsInBatch).Select(call => CellRows.ToEntity(partition, row, cell.FirstCall + call.Index, call.Item, cell.Purpose));
            await EntityBatches.UpsertAsync(entities, TableKeys.Cells, [.. rest], CancellationToken.None);
        }
    }

    private async Task<(List<EntityOperation> Operations, List<CellWrite?> Owners, CellCounter? Counter)> ComposeAsync(List<CellWrite> batch)
    {
        var operations = new List<EntityOperation>(batch.Sum(write => write.Operations) + 1);
        var owners = new List<CellWrite?>(operations.Capacity);
        CellCounter? counter = null;
        foreach (var write in batch)
        {
            switch (write)
            {
                case CellWrite.Intent intent:
                    operations.Add(IntentOperation(intent));
                    break;
                case CellWrite.Cell cell:
                    var row = cell.CellRow;
                    operations.Add(EntityOperation.Insert(CellRows.ToEntity(partition, cell.Record)));
                    operations.AddRange(cell.Calls.Take(CellWrite.Cell.CallsInBatch)
                        .Select((call, number) => EntityOperation.Upsert(CellRows.ToEntity(partition, row, cell.FirstCall + number, call, cell.Purpose))));
                    if (cell.HasIntent)
                    {
                        operations.Add(EntityOperation.Delete(partition, TableKeys.Intent(row)));
                    }

                    counter = (counter ?? (_counter ??= await CellCounter.ReadAsync(entities, partition))).With(cell.Record);
                    break;
            }

            while (owners.Count < operations.Count)
            {
                owners.Add(write);
            }
        }

        if (counter is not null)
        {
            operations.Add(counter.ToOperation());
            owners.Add(null);
        }

        return (operations, owners, counter);
    }

    private EntityOperation IntentOperation(CellWrite.Intent intent)
    {
        var row = new Entity(partition, TableKeys.Intent(intent.CellRow)) { ["calls"] = intent.Calls + (intent.Lost ?? 0) };
        if (intent.Reserved > 0)
        {
            row["reservedNanos"] = Money.ToNanos(intent.Reserved * (intent.Calls + (intent.Lost ?? 0)));
        }

        return intent.Calls == 1 && intent.Lost is null ? EntityOperation.Insert(row) : EntityOperation.Upsert(row);
    }

    private async Task ResolveAsync(List<CellWrite> batch, EntityOperation failed, CellWrite? owner)
    {
        switch (owner)
        {
            case null:
                _counter = null;
                break;
            case CellWrite.Intent intent:
                var left = await entities.FindAsync(TableKeys.Cells, partition, failed.Entity.RowKey, CancellationToken.None);
                intent.Lost = (int)(left?.GetInt64("calls") ?? 0);
                break;
            case CellWrite.Cell cell when failed.Kind == EntityOperationKind.Delete:
                cell.HasIntent = false;
                break;
            case CellWrite.Cell cell:
                batch.Remove(cell);
                cell.Complete(1);
                break;
        }
    }
}

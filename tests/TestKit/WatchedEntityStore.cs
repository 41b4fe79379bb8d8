using FunctionsEval.Storage;

namespace FunctionsEval.TestKit;

/// <summary>
/// A store that counts what is read, and breaks off as a process that is killed does: from one submission on nothing is applied any more. Disposing it
/// leaves the store behind it open.
/// </summary>
public sealed class WatchedEntityStore(IEntityStore store) : IEntityStore
{
    private readonly Lock _lock = new();
    private readonly List<string> _read = [];
    private int _submitted;

    /// <summary>The keys of the rows that queries gave: table, partition, row.</summary>
    public IReadOnlyList<string> Read
    {
        get
        {
            lock (_lock)
            {
                return [.. _read];
            }
        }
    }

    public int Submitted => Volatile.Read(ref _submitted);

    /// <summary>So many submissions are applied; null lets everything through.</summary>
    public int? BreaksAfter { get; set; }

    /// <summary>Whether the first submission that fails is applied all the same: the kill came before its answer.</summary>
    public bool IsLastApplied { get; set; }

    public void Forget()
    {
        lock (_lock)
        {
            _read.Clear();
        }
    }

    public Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken) =>
        store.FindAsync(table, partitionKey, rowKey, cancellationToken);

    public async Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken)
    {
        var page = await store.QueryPageAsync(query, continuationToken, cancellationToken);
        lock (_lock)
        {
            _read.AddRange(page.Entities.Select(row => $"{query.Table} {row.PartitionKey} {row.RowKey}"));
        }

        return page;
    }

    public async Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _submitted);
        if (number > BreaksAfter)
        {
            if (IsLastApplied && number == BreaksAfter + 1)
            {
                await store.SubmitAsync(table, operations, cancellationToken);
            }

            throw new StorageException("The process is gone.");
        }

        return await store.SubmitAsync(table, operations, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

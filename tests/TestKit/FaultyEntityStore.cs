using FunctionsEval.Storage;

namespace FunctionsEval.TestKit;

/// <summary>
/// A store whose submissions fail at seeded points: some before they are applied, some after, as when the answer is lost on the way.
/// Reads work. Disposing it leaves the store behind it open.
/// </summary>
/// <param name="failBefore">Share of submissions that fail and change nothing.</param>
/// <param name="failAfter">Share of submissions that are applied and fail all the same.</param>
public sealed class FaultyEntityStore(IEntityStore store, int seed, double failBefore, double failAfter) : IEntityStore
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private int _faults;

    /// <summary>Off lets everything through.</summary>
    public bool IsOn { get; set; } = true;

    public int Faults => Volatile.Read(ref _faults);

    public Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken) =>
        store.FindAsync(table, partitionKey, rowKey, cancellationToken);

    public Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken) =>
        store.QueryPageAsync(query, continuationToken, cancellationToken);

    public async Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken)
    {
        var draw = Draw();
        if (draw < failBefore)
        {
            throw Fault("was not applied");
        }

        var result = await store.SubmitAsync(table, operations, cancellationToken);
        return draw < failBefore + failAfter ? throw Fault("was applied, and its answer lost") : result;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private double Draw()
    {
        lock (_lock)
        {
            return IsOn ? _random.NextDouble() : 1;
        }
    }

    private StorageException Fault(string what) => new($"Planted fault {Interlocked.Increment(ref _faults)}: the submission {what}.");
}

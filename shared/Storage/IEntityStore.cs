using System.Runtime.CompilerServices;

namespace FunctionsEval.Storage;

/// <summary>
/// The entity store: the semantics of Azure Table storage, whatever stands behind it. Keys compare by ordinal; any character is
/// allowed in them (a backend escapes what it cannot hold). Tables come into being at the first write.
/// Lost infrastructure throws <see cref="StorageException"/>, a submission that can never succeed <see cref="ArgumentException"/>;
/// expected endings are values.
/// </summary>
public interface IEntityStore : IAsyncDisposable
{
    Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken);

    /// <summary>
    /// Applies 1..100 operations of ONE partition, all or nothing. Each row may appear once. ETags of inserted and replaced
    /// entities are set on them when the batch is applied.
    /// </summary>
    Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken);

    /// <summary>
    /// One page in key order, at most <see cref="EntityQuery.PageSize"/> rows; continue with the returned token. A page costs the same
    /// wherever it lies: it may return early, even without a row, when it looked at much that does not count.
    /// </summary>
    Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken);
}

public static class EntityStoreExtensions
{
    public static Task<SubmitResult> SubmitAsync(this IEntityStore store, string table, EntityOperation operation, CancellationToken cancellationToken) =>
        store.SubmitAsync(table, [operation], cancellationToken);

    /// <summary>Streams all rows of a range, a page at a time.</summary>
    public static async IAsyncEnumerable<Entity> QueryAsync(
        this IEntityStore store, EntityQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await store.QueryPageAsync(query, continuation, cancellationToken);
            foreach (var entity in page.Entities)
            {
                yield return entity;
            }

            continuation = page.ContinuationToken;
        }
        while (continuation is not null);
    }
}

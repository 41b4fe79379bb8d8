namespace FunctionsEval.Storage;

/// <summary>
/// The entity store: the semantics of Azure Table storage, whatever stands behind it. Keys compare by ordinal; any character is
/// allowed in them (a backend escapes what it cannot hold). Tables come into being at the first write.
/// Lost infrastructure throws <see cref="StorageException"/>; expected endings are values.
/// </summary>
public interface IEntityStore : IAsyncDisposable
{
    Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken);

    /// <summary>
    /// Applies 1..100 operations of ONE partition, all or nothing. Each row may appear once. ETags of inserted and replaced
    /// entities are set on them when the batch is applied.
    /// </summary>
    Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken);

    /// <summary>One page in key order, at most <see cref="EntityQuery.PageSize"/> rows; continue with the returned token.</summary>
    Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken);
}

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

public enum EntityOperationKind
{
    /// <summary>Fails with <see cref="SubmitStatus.AlreadyExists"/> when the row is there.</summary>
    Insert,

    /// <summary>Inserts or replaces, whatever is there.</summary>
    Upsert,

    /// <summary>Replaces the row that still has <see cref="Entity.ETag"/>; else <see cref="SubmitStatus.Conflict"/> or <see cref="SubmitStatus.NotFound"/>.</summary>
    Replace,

    /// <summary>Deletes; with an ETag only that version. A row that is not there is <see cref="SubmitStatus.NotFound"/>.</summary>
    Delete,
}

public readonly record struct EntityOperation(EntityOperationKind Kind, Entity Entity)
{
    public static EntityOperation Insert(Entity entity) => new(EntityOperationKind.Insert, entity);

    public static EntityOperation Upsert(Entity entity) => new(EntityOperationKind.Upsert, entity);

    public static EntityOperation Replace(Entity entity) => new(EntityOperationKind.Replace, entity);

    public static EntityOperation Delete(string partitionKey, string rowKey, string? etag = null) =>
        new(EntityOperationKind.Delete, new Entity(partitionKey, rowKey) { ETag = etag });
}

public enum SubmitStatus
{
    Applied,
    AlreadyExists,
    Conflict,
    NotFound,
}

/// <summary>How a submission ended; when it was not applied, which operation (0-based) stood in the way.</summary>
public readonly record struct SubmitResult(SubmitStatus Status, int FailedOperation = -1)
{
    public static readonly SubmitResult Applied = new(SubmitStatus.Applied);

    public bool IsApplied => Status == SubmitStatus.Applied;
}

/// <summary>
/// A range in key order. Give <paramref name="PartitionKey"/> for one partition, or <paramref name="PartitionFrom"/> (inclusive) and
/// <paramref name="PartitionTo"/> (exclusive) for several; row bounds (from inclusive, to exclusive) hold within each partition.
/// </summary>
public sealed record EntityQuery(
    string Table,
    string? PartitionKey = null,
    string? PartitionFrom = null,
    string? PartitionTo = null,
    string? RowFrom = null,
    string? RowTo = null,
    int PageSize = 1000);

public sealed record EntityPage(IReadOnlyList<Entity> Entities, string? ContinuationToken);

/// <summary>The store could not be reached, is full, read-only or broken. The message says which and what to do.</summary>
public sealed class StorageException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True when the right to write is what is missing; reading may still be possible.</summary>
    public bool IsDenied { get; init; }
}

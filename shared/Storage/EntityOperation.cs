namespace FunctionsEval.Storage;

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

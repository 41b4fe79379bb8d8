namespace FunctionsEval.Storage;

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

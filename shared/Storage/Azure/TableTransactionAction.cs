using Azure;

namespace FunctionsEval.Storage.Azure;

internal enum TableTransactionActionType
{
    Add,
    UpdateReplace,
    UpsertReplace,
    Delete,
}

/// <summary>One operation of an entity group transaction. The ETag counts for an update and a delete.</summary>
internal sealed record TableTransactionAction(TableTransactionActionType ActionType, Entity Entity, ETag ETag = default);

/// <summary>A transaction that was refused as a whole, with the index of the operation that stood in the way (-1 when the service does not say).</summary>
internal sealed class TableTransactionFailedException(int status, string message, string? errorCode, int failedIndex)
    : RequestFailedException(status, message, errorCode, null)
{
    public int FailedTransactionActionIndex { get; } = failedIndex;
}

using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>The state of an instance beside its history. History is what commits <see cref="FirstCommit"/> to <see cref="NextCommit"/> - 1 hold.</summary>
public sealed record InstanceState(string InstanceId, string Name, string ExecutionId)
{
    public OrchestrationRuntimeStatus Status { get; init; }

    public string? Version { get; init; }

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public TaskFailureDetails? FailureDetails { get; init; }

    public ParentLink? Parent { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUpdatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public long FirstCommit { get; init; }

    public long NextCommit { get; init; }

    /// <summary>Ids of messages that are in history but may come again.</summary>
    public IReadOnlyList<string> Received { get; init; } = [];

    /// <summary>Actions that are committed here but perhaps not yet where they lead to.</summary>
    public IReadOnlyList<OutboxMessage> Outbox { get; init; } = [];

    public bool IsFinished => Status is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Terminated
        or OrchestrationRuntimeStatus.Canceled;

    /// <summary>Finished, and nothing left to do for others.</summary>
    public bool IsSettled => IsFinished && Outbox.Count == 0;
}

/// <summary>The call that a sub-orchestration answers.</summary>
public sealed record ParentLink(string InstanceId, string ExecutionId, string Name, int TaskId)
{
    internal static ParentLink FromProtocol(ParentInstanceInfo parent) => new(
        parent.OrchestrationInstance.InstanceId, parent.OrchestrationInstance.ExecutionId ?? "", parent.Name ?? "", parent.TaskScheduledId);

    internal ParentInstanceInfo ToProtocol() => new()
    {
        TaskScheduledId = TaskId,
        Name = Name,
        OrchestrationInstance = new OrchestrationInstance { InstanceId = InstanceId, ExecutionId = ExecutionId },
    };
}

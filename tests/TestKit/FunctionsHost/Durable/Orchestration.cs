namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>The state of one instance, guarded by the lock of its owner.</summary>
internal sealed class Orchestration(HistoryEvent.ExecutionStarted started, DateTimeOffset created)
{
    public HistoryEvent.ExecutionStarted Started { get; set; } = started;

    public List<HistoryEvent> History { get; } = [];

    /// <summary>What has come in for the next turn.</summary>
    public List<HistoryEvent> Inbox { get; } = [started];

    public OrchestrationStatus Status { get; set; } = OrchestrationStatus.Pending;

    public string? Output { get; set; }

    public string? CustomStatus { get; set; }

    public FailureDetails? Failure { get; set; }

    public DateTimeOffset Created { get; } = created;

    public DateTimeOffset LastUpdated { get; set; } = created;

    /// <summary>A turn is under way: what comes in waits.</summary>
    public bool IsInTurn { get; set; }

    public string InstanceId => Started.InstanceId;

    public OrchestrationSnapshot Snapshot() => new(
        InstanceId, Started.ExecutionId, Started.Name, Status, Started.Input, Output, CustomStatus, Failure, Started.Parent?.InstanceId, Created, LastUpdated);

    public bool IsFinished => Snapshot().IsFinished;
}

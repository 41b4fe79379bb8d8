namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>What the instance table says about an orchestration at one moment.</summary>
public sealed record OrchestrationSnapshot(
    string InstanceId,
    string ExecutionId,
    string Name,
    OrchestrationStatus Status,
    string? Input,
    string? Output,
    string? CustomStatus,
    FailureDetails? Failure,
    string? ParentInstanceId,
    DateTimeOffset Created,
    DateTimeOffset LastUpdated)
{
    public bool IsFinished => Status is OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated or OrchestrationStatus.Canceled;
}

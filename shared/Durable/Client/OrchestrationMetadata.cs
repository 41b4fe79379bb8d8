using System.Text.Json.Serialization;

namespace FunctionsEval.Durable.Client;

/// <summary>What is known about an instance. Input, output and custom status are JSON text.</summary>
public sealed record OrchestrationMetadata(
    string Name,
    string InstanceId,
    OrchestrationRuntimeStatus RuntimeStatus,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUpdatedAt,
    DateTimeOffset? CompletedAt = null,
    string? SerializedInput = null,
    string? SerializedOutput = null,
    string? SerializedCustomStatus = null,
    TaskFailureDetails? FailureDetails = null,
    string? ParentInstanceId = null)
{
    [JsonIgnore]
    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    [JsonIgnore]
    public bool IsCompleted => RuntimeStatus is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Canceled
        or OrchestrationRuntimeStatus.Terminated;
}

namespace FunctionsEval.Durable.Client;

/// <summary>An instance of this id has not finished, so none can be started under it.</summary>
public sealed class OrchestrationAlreadyExistsException(string instanceId)
    : Exception($"An orchestration instance '{instanceId}' is pending or running. Terminate it or wait for its end before the id is used again.")
{
    public string InstanceId { get; } = instanceId;
}

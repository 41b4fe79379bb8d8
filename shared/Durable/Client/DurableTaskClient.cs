namespace FunctionsEval.Durable.Client;

/// <summary>
/// Starts, signals and reads orchestrations; names are those of Durable's DurableTaskClient. What returns is durable. Events and
/// commands to an instance that does not exist or has finished are dropped. A <c>messageId</c> makes a repeated call harmless.
/// </summary>
public abstract class DurableTaskClient
{
    /// <summary>Starts an instance. An id that has finished may be used again; one that has not throws <see cref="OrchestrationAlreadyExistsException"/>.</summary>
    public abstract Task<string> ScheduleNewOrchestrationInstanceAsync(
        string orchestratorName, object? input, StartOrchestrationOptions? options, CancellationToken cancellationToken);

    public abstract Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload, CancellationToken cancellationToken, string? messageId = null);

    public abstract Task SuspendInstanceAsync(string instanceId, string? reason, CancellationToken cancellationToken);

    public abstract Task ResumeInstanceAsync(string instanceId, string? reason, CancellationToken cancellationToken);

    /// <summary>Ends an instance at its next turn; with <paramref name="recursive"/> its running sub-orchestrations too.</summary>
    public abstract Task TerminateInstanceAsync(string instanceId, object? output, bool recursive, CancellationToken cancellationToken);

    /// <summary>Null when there is no such instance.</summary>
    public abstract Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs, CancellationToken cancellationToken);

    /// <summary>Waits for the end of an instance; an id that does not exist is an <see cref="ArgumentException"/>.</summary>
    public abstract Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs, CancellationToken cancellationToken);

    /// <summary>Deletes a finished instance with its history, and with <paramref name="recursive"/> its finished sub-orchestrations. Says how many went.</summary>
    public abstract Task<int> PurgeInstanceAsync(string instanceId, bool recursive, CancellationToken cancellationToken);
}

using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Local;

/// <summary>The client of the orchestrations of this process. What only makes sense with a stored history is not supported.</summary>
internal sealed class LocalDurableTaskClient(LocalOrchestrations orchestrations) : DurableTaskClient("local")
{
    /// <summary>Starts an orchestration under the id of the options, which is required; one that runs already under it goes on.</summary>
    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var instanceId = options?.InstanceId ?? throw new ArgumentException("An instance id is required.", nameof(options));
        orchestrations.TryStart(orchestratorName, instanceId, input);
        return Task.FromResult(instanceId);
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        orchestrations.Find(instanceId)?.Raise(eventName, eventPayload);
        return Task.CompletedTask;
    }

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        var instance = orchestrations.Get(instanceId) ?? throw new ArgumentException($"There is no orchestration '{instanceId}'.", nameof(instanceId));
        await ((Task)instance.Task).WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        return Describe(instance);
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        orchestrations.Get(instanceId) is { } instance
            ? Task.FromResult(Describe(instance))
            : throw new ArgumentException($"There is no orchestration '{instanceId}'.", nameof(instanceId));

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Task.FromResult(orchestrations.Get(instanceId) is { } instance ? Describe(instance) : null);

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) => orchestrations.TerminateAsync(instanceId);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static OrchestrationMetadata Describe(LocalOrchestrations.Instance instance) => new(instance.Context.Name, instance.Context.InstanceId)
    {
        RuntimeStatus = instance.Status,
        CreatedAt = instance.CreatedAt,
        FailureDetails = instance.Task.Exception?.InnerException is { } failure ? TaskFailureDetails.FromException(failure) : null,
    };
}

using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>The client of an engine in the same process.</summary>
internal sealed class EmbeddedDurableTaskClient(EmbeddedEngine engine, IHistoryStore store, DurableTaskRegistry registry, JsonDataConverter converter)
    : DurableTaskClient
{
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        string orchestratorName, object? input, StartOrchestrationOptions? options, CancellationToken cancellationToken)
    {
        if (registry.FindOrchestrator(orchestratorName) is null)
        {
            throw new ArgumentException(
                $"Orchestrator '{orchestratorName}' is not registered (known: {string.Join(", ", registry.OrchestratorNames)}).", nameof(orchestratorName));
        }

        var instanceId = options?.InstanceId is { Length: > 0 } given ? given : engine.NewExecutionId() + engine.NewExecutionId();
        InstanceIds.Validate(instanceId);
        var started = new ExecutionStartedEvent { Name = orchestratorName, Version = options?.Version, Input = converter.Serialize(input) };
        await SendAsync(instanceId, new HistoryEvent { EventId = -1, ExecutionStarted = started }, messageId: null, cancellationToken);
        return instanceId;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload, CancellationToken cancellationToken, string? messageId = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        var raised = new EventRaisedEvent { Name = eventName, Input = converter.Serialize(eventPayload) };
        return SendAsync(instanceId, new HistoryEvent { EventId = -1, EventRaised = raised }, messageId, cancellationToken);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason, CancellationToken cancellationToken) => SendAsync(
        instanceId,
        new HistoryEvent { EventId = -1, ExecutionSuspended = new ExecutionSuspendedEvent { Input = reason } },
        messageId: null,
        cancellationToken);

    public override Task ResumeInstanceAsync(string instanceId, string? reason, CancellationToken cancellationToken) => SendAsync(
        instanceId,
        new HistoryEvent { EventId = -1, ExecutionResumed = new ExecutionResumedEvent { Input = reason } },
        messageId: null,
        cancellationToken);

    public override Task TerminateInstanceAsync(string instanceId, object? output, bool recursive, CancellationToken cancellationToken) => SendAsync(
        instanceId,
        new HistoryEvent
        {
            EventId = -1,
            ExecutionTerminated = new ExecutionTerminatedEvent { Input = converter.Serialize(output), Recurse = recursive },
        },
        messageId: null,
        cancellationToken);

    public override async Task<OrchestrationMetadata?> GetInstanceAsync(
        string instanceId, bool getInputsAndOutputs, CancellationToken cancellationToken) =>
        await FindAsync(instanceId, cancellationToken) is { } state ? Metadata(state, getInputsAndOutputs) : null;

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs, CancellationToken cancellationToken)
    {
        engine.VerifyRunning();
        var state = engine.FindLive(instanceId) is { } live ? await live.WhenFinished().WaitAsync(cancellationToken) : null;
        state ??= await FindAsync(instanceId, cancellationToken)
            ?? throw new ArgumentException($"There is no orchestration instance '{instanceId}'.", nameof(instanceId));
        return Metadata(state, getInputsAndOutputs);
    }

    public override async Task<int> PurgeInstanceAsync(string instanceId, bool recursive, CancellationToken cancellationToken)
    {
        engine.VerifyRunning();
        if (engine.FindLive(instanceId) is not null || await store.LoadAsync(instanceId, recursive, cancellationToken) is not { State.IsSettled: true } stored)
        {
            return 0;
        }

        var purged = 1;
        foreach (var past in stored.History)
        {
            if (past.SubOrchestrationInstanceCreated is { } child)
            {
                purged += await PurgeInstanceAsync(child.InstanceId, recursive, cancellationToken);
            }
        }

        await store.PurgeAsync(instanceId, cancellationToken);
        return purged;
    }

    private async Task SendAsync(string instanceId, HistoryEvent historyEvent, string? messageId, CancellationToken cancellationToken)
    {
        engine.VerifyRunning();
        ArgumentNullException.ThrowIfNull(instanceId);
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Deliver(instanceId, new Message(historyEvent)
        {
            Id = messageId is null ? null : ReceivedMessages.ClientId(messageId),
            Settled = () => durable.TrySetResult(),
            Rejected = () => durable.TrySetException(new OrchestrationAlreadyExistsException(instanceId)),
            Abandoned = () => durable.TrySetException(new EngineStoppedException()),
        });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, engine.Ending);
        try
        {
            await durable.Task.WaitAsync(ended.Token);
        }
        catch (OperationCanceledException) when (engine.Ending.IsCancellationRequested)
        {
            throw new EngineStoppedException();
        }
    }

    private async Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instanceId);
        return engine.FindLive(instanceId)?.Committed ?? (await store.LoadAsync(instanceId, withHistory: false, cancellationToken))?.State;
    }

    private static OrchestrationMetadata Metadata(InstanceState state, bool withInputsAndOutputs) => new(
        state.Name,
        state.InstanceId,
        state.Status,
        state.CreatedAt,
        state.LastUpdatedAt,
        state.CompletedAt,
        withInputsAndOutputs ? state.Input : null,
        withInputsAndOutputs ? state.Output : null,
        withInputsAndOutputs ? state.CustomStatus : null,
        state.FailureDetails,
        state.Parent?.InstanceId);
}

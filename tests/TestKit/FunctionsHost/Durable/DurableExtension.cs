using FunctionsEval.TestKit.FunctionsHost.Configuration;
using FunctionsEval.TestKit.FunctionsHost.Handler;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>
/// Plays the Durable Functions extension: what its client can do, on state in memory that outlives the handler. Turns are in the other
/// parts of this class.
/// </summary>
public sealed partial class DurableExtension : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Orchestration> _instances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FunctionDefinition> _orchestrators;
    private readonly FunctionInvoker _invoker;
    private readonly ActivityDispatcher _activities;
    private readonly DurableTimers _timers;
    private readonly DurableSettings _settings;
    private readonly BackgroundWork _work;
    private readonly SemaphoreSlim _turns;
    private readonly HostLog _log;
    private readonly TimeProvider _clock;

    internal DurableExtension(
        IReadOnlyList<FunctionDefinition> functions, FunctionInvoker invoker, DurableSettings settings, HostLog log, TimeProvider clock)
    {
        (_invoker, _settings, _log, _clock) = (invoker, settings, log, clock);
        _orchestrators = functions.Where(function => function.Trigger.IsOfType("orchestrationTrigger"))
            .ToDictionary(function => function.TaskName, StringComparer.OrdinalIgnoreCase);
        _work = new BackgroundWork(log);
        _turns = new SemaphoreSlim(settings.MaxOrchestrators);
        _activities = new ActivityDispatcher(functions, invoker, settings, _work, log);
        _timers = new DurableTimers(clock);
    }

    public IReadOnlyList<OrchestrationSnapshot> Instances
    {
        get
        {
            lock (_lock)
            {
                return [.. _instances.Values.Select(instance => instance.Snapshot())];
            }
        }
    }

    public OrchestrationSnapshot? Find(string instanceId)
    {
        lock (_lock)
        {
            return _instances.GetValueOrDefault(instanceId)?.Snapshot();
        }
    }

    /// <summary>Starts an orchestration; a finished one of the same id is replaced, a running one refuses.</summary>
    /// <exception cref="DurableClientException">The id is taken or not valid, or there is no such orchestrator.</exception>
    public string Start(string name, string? input, string? instanceId = null, string? version = null, DateTimeOffset? at = null)
    {
        if (!_orchestrators.ContainsKey(name))
        {
            throw new DurableClientException(GrpcStatus.Internal, $"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function.");
        }

        var id = string.IsNullOrEmpty(instanceId) ? Guid.NewGuid().ToString("N") : instanceId;
        if (id.StartsWith('@') || id.Length > 256 || id.AsSpan().ContainsAny("/\\#?") || id.Any(char.IsControl))
        {
            throw new DurableClientException(GrpcStatus.Internal, $"Instance id '{id}' is not valid.");
        }

        var started = new HistoryEvent.ExecutionStarted(name, version, input, id, NewExecutionId(), Parent: null, at);
        lock (_lock)
        {
            if (_instances.TryGetValue(id, out var existing) && !existing.IsFinished)
            {
                throw new DurableClientException(GrpcStatus.AlreadyExists, $"An Orchestration instance with the ID {id} already exists.");
            }

            Create(started, at);
        }

        return id;
    }

    public void RaiseEvent(string instanceId, string name, string? data) => Send(instanceId, new HistoryEvent.EventRaised(name, data));

    public void Terminate(string instanceId, string? reason) => Send(instanceId, new HistoryEvent.ExecutionTerminated(reason));

    public void Suspend(string instanceId, string? reason) => Send(instanceId, new HistoryEvent.ExecutionSuspended(reason));

    public void Resume(string instanceId, string? reason) => Send(instanceId, new HistoryEvent.ExecutionResumed(reason));

    /// <summary>Forgets a finished instance; false when there is none.</summary>
    public bool Purge(string instanceId)
    {
        lock (_lock)
        {
            return _instances.TryGetValue(instanceId, out var instance) && instance.IsFinished && _instances.Remove(instanceId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _timers.Dispose();
        await _work.DisposeAsync();
        _activities.Dispose();
        _turns.Dispose();
    }

    private void Send(string instanceId, HistoryEvent happened)
    {
        lock (_lock)
        {
            var instance = _instances.GetValueOrDefault(instanceId)
                ?? throw new DurableClientException(GrpcStatus.NotFound, $"No instance with ID '{instanceId}' was found.");
            if (instance.IsFinished)
            {
                throw new DurableClientException(GrpcStatus.FailedPrecondition, "The orchestration instance with the provided instance id is not running.");
            }

            Deliver(instance, happened);
        }
    }

    private static string NewExecutionId() => Guid.NewGuid().ToString("N");
}

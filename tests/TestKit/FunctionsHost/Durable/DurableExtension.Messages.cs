namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>Messages between instances. All of it holds the lock.</summary>
public sealed partial class DurableExtension
{
    private void Create(HistoryEvent.ExecutionStarted started, DateTimeOffset? at)
    {
        var now = _clock.GetUtcNow();
        var instance = new Orchestration(started with { Time = now }, now);
        _instances[instance.InstanceId] = instance;
        if (at > now)
        {
            _timers.At(at.Value, () => Wake(instance));
            return;
        }

        BeginTurn(instance);
    }

    private void Wake(Orchestration instance)
    {
        lock (_lock)
        {
            BeginTurn(instance);
        }
    }

    private void Deliver(Orchestration instance, HistoryEvent happened)
    {
        instance.Inbox.Add(happened with { Time = _clock.GetUtcNow() });
        BeginTurn(instance);
    }

    /// <summary>For the answer to an action. What an earlier execution had asked for, or what nobody waits for any more, is dropped.</summary>
    private void Answer(string instanceId, string executionId, HistoryEvent happened)
    {
        lock (_lock)
        {
            if (_instances.TryGetValue(instanceId, out var instance) && !instance.IsFinished && instance.Started.ExecutionId == executionId)
            {
                Deliver(instance, happened);
            }
        }
    }

    private void RaiseAt(string instanceId, HistoryEvent.EventRaised raised)
    {
        if (_instances.TryGetValue(instanceId, out var target) && !target.IsFinished)
        {
            Deliver(target, raised);
            return;
        }

        _log.Write($"Event '{raised.Name}' for instance '{instanceId}', which is not running, was dropped.");
    }

    private void CreateChild(Orchestration parent, OrchestratorAction.CreateSubOrchestration action)
    {
        var link = new ParentLink(action.Id, parent.Started.Name, parent.InstanceId, parent.Started.ExecutionId);
        var started = new HistoryEvent.ExecutionStarted(action.Name, action.Version, action.Input, action.InstanceId, NewExecutionId(), link);
        if (_instances.TryGetValue(action.InstanceId, out var existing) && !existing.IsFinished)
        {
            _log.Write($"Duplicate start event of instance '{action.InstanceId}' is being ignored: its parent '{parent.InstanceId}' waits for ever.");
            return;
        }

        Create(started, at: null);
    }

    private void End(Orchestration instance, OrchestrationStatus status, string? output, FailureDetails? failure)
    {
        (instance.Status, instance.Output, instance.Failure, instance.LastUpdated) = (status, output, failure, _clock.GetUtcNow());
        instance.Inbox.Clear();
        if (instance.Started.Parent is { } parent)
        {
            Answer(
                parent.InstanceId,
                parent.ExecutionId,
                status == OrchestrationStatus.Completed
                    ? new HistoryEvent.SubOrchestrationCompleted(parent.ScheduledId, output)
                    : new HistoryEvent.SubOrchestrationFailed(parent.ScheduledId, status == OrchestrationStatus.Failed ? failure : null));
        }
    }
}

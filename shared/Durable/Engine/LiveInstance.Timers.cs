using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>Timers and the way back from the store.</summary>
internal sealed partial class LiveInstance
{
    public void ArmTimer(string executionId, int timerId, CreateTimerAction action)
    {
        var fireAt = action.FireAt.ToDateTimeOffset();
        var delay = fireAt - engine.Clock.GetUtcNow();
        if (delay <= TimeSpan.Zero)
        {
            Fire(executionId, timerId, action);
            return;
        }

        lock (_lock)
        {
            if (_isRetired || _state?.ExecutionId != executionId || _state.IsFinished)
            {
                return;
            }

            // Due times are cut to milliseconds; a timer must never fire before its time.
            var due = TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds));
            _timers[timerId] = engine.Clock.CreateTimer(_ => ArmAgainOrFire(executionId, timerId, action), null, due, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>True when replay gave actions that history does not have: its code was changed. They are due now.</summary>
    public bool HasUnsentActions => _execution is { HasUnsentActions: true };

    /// <summary>Brings an instance back as it was committed.</summary>
    public static LiveInstance Restore(EmbeddedEngine engine, StoredInstance stored, out IReadOnlyCollection<OrchestratorAction> unanswered)
    {
        var instance = new LiveInstance(engine, stored.State.InstanceId) { _state = stored.State, _committed = stored.State };
        instance._received.Load(stored.State.Received);
        foreach (var message in stored.State.Outbox)
        {
            instance._outbox.Add(message.ExecutionId, message.Action);
        }

        unanswered = [];
        if (stored.State.IsFinished)
        {
            return instance;
        }

        instance._execution = engine.NewExecution(stored.State.InstanceId);
        instance._execution.Replay(stored.History);
        unanswered = ActionEvents.Unanswered(stored.History);
        foreach (var child in unanswered.Where(action => action.CreateSubOrchestration is not null))
        {
            instance._children[child.Id] = child.CreateSubOrchestration.InstanceId;
        }

        return instance;
    }

    private void ArmAgainOrFire(string executionId, int timerId, CreateTimerAction action)
    {
        lock (_lock)
        {
            if (_timers.Remove(timerId, out var timer))
            {
                timer.Dispose();
            }
        }

        ArmTimer(executionId, timerId, action);
    }

    private void Fire(string executionId, int timerId, CreateTimerAction action)
    {
        var fired = new HistoryEvent { EventId = -1, TimerFired = new TimerFiredEvent { TimerId = timerId, FireAt = action.FireAt } };
        TryPost(new Message(fired) { ExecutionId = executionId });
    }

    private void StopTimers()
    {
        foreach (var timer in _timers.Values)
        {
            timer.Dispose();
        }

        _timers.Clear();
    }
}

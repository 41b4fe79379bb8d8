using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>
/// An instance in memory: an inbox, and one turn or commit at a time. What comes meanwhile waits for the next turn, so that many answers
/// cost one commit. No lock is held while user code, the store or another instance runs.
/// </summary>
internal sealed partial class LiveInstance(EmbeddedEngine engine, string id) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly ReceivedMessages _received = new(engine.Options.RememberedMessageIds);
    private readonly PendingOutbox _outbox = new();
    private readonly Dictionary<int, ITimer> _timers = [];
    private readonly Dictionary<int, string> _children = [];
    private List<Message> _inbox = [];
    private bool _isBusy;
    private bool _isRetired;
    private TaskCompletionSource<InstanceState?>? _finished;

    // Only the turn that is under way touches these; the lock orders one turn after the other.
    private OrchestrationExecution? _execution;
    private InstanceState? _state;
    private volatile InstanceState? _committed;

    public string Id => id;

    /// <summary>The last durable state; null before the first commit.</summary>
    public InstanceState? Committed => _committed;

    /// <summary>Takes a message; false when the instance has left memory.</summary>
    public bool TryPost(Message message)
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                return false;
            }

            _inbox.Add(message);
            if (_isBusy)
            {
                return true;
            }

            _isBusy = true;
        }

        engine.Schedule(this);
        return true;
    }

    public void Answer(ActivityCall call, HistoryEvent answer)
    {
        TryPost(new Message(answer) { ExecutionId = call.ExecutionId });
        Acknowledge(call.ExecutionId, call.TaskId);
    }

    /// <summary>The effect of an action on another instance is durable: it need not be repeated after a crash.</summary>
    public void Acknowledge(string executionId, int actionId)
    {
        _outbox.Remove(executionId, actionId);
        if (_committed is { IsFinished: true } && _outbox.IsEmpty)
        {
            TryPost(new Message(null));
        }
    }

    public void Forget(string messageId) => _received.Forget(messageId);

    /// <summary>The state of its end; null when the instance has left memory and the store has to be asked.</summary>
    public Task<InstanceState?> WhenFinished()
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                return Task.FromResult<InstanceState?>(null);
            }

            if (_committed is { IsFinished: true } finished)
            {
                return Task.FromResult<InstanceState?>(finished);
            }

            _finished ??= new TaskCompletionSource<InstanceState?>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _finished.Task;
        }
    }

    /// <summary>The engine ends: whoever waits here is told so.</summary>
    public void Abandon()
    {
        List<Message> messages;
        TaskCompletionSource<InstanceState?>? finished;
        lock (_lock)
        {
            _isRetired = true;
            messages = _inbox;
            _inbox = [];
            finished = _finished;
            StopTimers();
        }

        foreach (var message in messages)
        {
            message.Abandoned?.Invoke();
        }

        finished?.TrySetException(new EngineStoppedException());
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (engine.IsStopping)
        {
            engine.WentIdle();
            return;
        }

        try
        {
            TakeTurn();
        }
        catch (Exception e)
        {
            // User code cannot throw to here: this is a fault of the engine, and going on could write wrong history.
            engine.Fault(e);
        }
    }

    /// <summary>What waits for the next turn; for the turn that is under way.</summary>
    public List<Message> TakeWaiting()
    {
        lock (_lock)
        {
            if (_inbox.Count == 0)
            {
                return [];
            }

            var messages = _inbox;
            _inbox = [];
            return messages;
        }
    }

    private void TakeTurn()
    {
        var messages = TakeWaiting();
        var turn = new InstanceTurn(engine, this, _state, _execution, _received, _outbox, _children);
        turn.Take(messages);
        if (turn.Commit is not { } commit)
        {
            turn.Settle();
            Rest();
            return;
        }

        _execution = turn.Execution;
        _state = commit.State;
        engine.Commits.Submit(commit, () =>
        {
            try
            {
                AfterCommit(turn);
            }
            catch (Exception e)
            {
                engine.Fault(e);
            }
        });
    }

    private void AfterCommit(InstanceTurn turn)
    {
        var state = turn.Commit!.State;
        TaskCompletionSource<InstanceState?>? finished = null;
        lock (_lock)
        {
            _committed = state;
            if (turn.EndsExecution)
            {
                StopTimers();
            }

            if (state.IsFinished)
            {
                finished = _finished;
                _finished = null;
            }
        }

        turn.Settle();
        foreach (var (executionId, action) in turn.Effects)
        {
            engine.Dispatch(this, executionId, action);
        }

        if (turn.HasFinished)
        {
            engine.ReportToParent(state);
        }

        // Out of memory first: whoever waits may want to purge it, or to use its id again.
        Rest();
        finished?.TrySetResult(state);
    }

    /// <summary>Goes on with what came meanwhile, waits, or leaves memory.</summary>
    private void Rest()
    {
        var isDone = false;
        lock (_lock)
        {
            var canSettle = _committed is { IsFinished: true, Outbox.Count: > 0 } && _outbox.IsEmpty;
            if ((_inbox.Count > 0 || canSettle) && !engine.IsStopping)
            {
                EmbeddedEngine.Queue(this);
                return;
            }

            _isBusy = false;
            if (_inbox.Count == 0 && (_committed is null || _committed.IsSettled))
            {
                _isRetired = isDone = true;
            }
        }

        if (isDone)
        {
            engine.Remove(this);
        }

        engine.WentIdle();
    }
}

using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using Google.Protobuf.WellKnownTypes;
using EventKind = FunctionsEval.Durable.Protocol.HistoryEvent.EventTypeOneofCase;

namespace FunctionsEval.Durable.Engine;

/// <summary>
/// One turn of one instance: the messages that wait become events, the executor answers with actions, and both together are one commit.
/// Continue-as-new goes on at once with the new execution; only the last one is stored.
/// </summary>
internal sealed partial class InstanceTurn(
    EmbeddedEngine engine,
    LiveInstance instance,
    InstanceState? state,
    OrchestrationExecution? execution,
    ReceivedMessages received,
    PendingOutbox outbox,
    Dictionary<int, string> children)
{
    private readonly List<Action> _settled = [];
    private readonly List<HistoryEvent> _history = [];
    private readonly long _trimFrom = state?.FirstCommit ?? 0;
    private readonly Timestamp _time = Timestamp.FromDateTimeOffset(Later(engine.Clock.GetUtcNow(), state?.LastUpdatedAt));
    private InstanceState? _state = state;
    private IReadOnlyList<OutboxMessage> _done = [];
    private bool _mustTellChildren;

    /// <summary>Null when there is nothing to store.</summary>
    public HistoryCommit? Commit { get; private set; }

    public OrchestrationExecution? Execution { get; private set; } = execution;

    public List<(string ExecutionId, OrchestratorAction Action)> Effects { get; } = [];

    public bool HasFinished { get; private set; }

    public bool EndsExecution { get; private set; }

    public void Take(IEnumerable<Message> messages)
    {
        var inputs = new List<HistoryEvent>();
        var mustRun = false;
        foreach (var message in messages)
        {
            mustRun |= message.Event is null && _state is { IsFinished: false };
            if (Accept(message) is { } accepted)
            {
                inputs.Add(accepted);
            }
        }

        if (inputs.Count > 0 || mustRun)
        {
            Run(inputs);
            Store(_history);
        }
        else if (_state is { IsFinished: true, Outbox.Count: > 0 } && outbox.IsEmpty)
        {
            Store([]);
        }
    }

    /// <summary>To be called once the commit is durable, or when there is none.</summary>
    public void Settle()
    {
        foreach (var settled in _settled)
        {
            settled();
        }

        foreach (var message in _done.Where(message => message.Action.SendEvent is not null))
        {
            engine.Forget(
                message.Action.SendEvent.Instance.InstanceId,
                ReceivedMessages.InstanceId(instance.Id, message.ExecutionId, message.Action.Id));
        }
    }

    private static DateTimeOffset Later(DateTimeOffset now, DateTimeOffset? last) => now > last || last is null ? now : last.Value;

    /// <summary>The event to process, or null when the message means nothing (any more).</summary>
    private HistoryEvent? Accept(Message message)
    {
        var isStart = message.Event is { EventTypeCase: EventKind.ExecutionStarted };
        if (isStart && _state is { IsFinished: false })
        {
            _settled.Add(message.Rejected ?? (() => { }));
            return null;
        }

        if (message.Settled is not null)
        {
            _settled.Add(message.Settled);
        }

        if (isStart)
        {
            Begin(message.Event!.ExecutionStarted);
        }

        if (message.Event is null
            || _state is null or { IsFinished: true }
            || (message.ExecutionId is { } executionId && executionId != _state.ExecutionId)
            || (message.Id is { } messageId && !received.TryAdd(messageId)))
        {
            return null;
        }

        children.Remove(ActionEvents.AnsweredId(message.Event));
        _mustTellChildren |= message.Event is { ExecutionTerminated.Recurse: true };
        message.Event.Timestamp = _time;
        return message.Event;
    }

    private void Begin(ExecutionStartedEvent started)
    {
        var now = _time.ToDateTimeOffset();
        started.OrchestrationInstance = new OrchestrationInstance { InstanceId = instance.Id, ExecutionId = engine.NewExecutionId() };
        _state = new InstanceState(instance.Id, started.Name, started.OrchestrationInstance.ExecutionId)
        {
            Version = started.Version,
            Input = started.Input,
            Parent = started.ParentInstance is { } parent ? ParentLink.FromProtocol(parent) : null,
            CreatedAt = now,
            FirstCommit = _state?.NextCommit ?? 0,
            NextCommit = _state?.NextCommit ?? 0,
        };
        Execution = engine.NewExecution(instance.Id);
        children.Clear();
    }

    private void Run(List<HistoryEvent> inputs)
    {
        while (true)
        {
            _history.Add(ActionEvents.OrchestratorStarted(_time));
            _history.AddRange(inputs);
            var result = Execution!.Run(_history);
            if (result.HasCustomStatus)
            {
                _state = _state! with { CustomStatus = result.CustomStatus };
            }

            var completion = Record(result.Actions);
            if (completion is not { OrchestrationStatus: OrchestrationStatus.ContinuedAsNew })
            {
                Finish(completion);
                return;
            }

            inputs = ContinueAsNew(completion);
        }
    }

    private CompleteOrchestrationAction? Record(IReadOnlyList<OrchestratorAction> actions)
    {
        var completion = actions.Count > 0 ? actions[^1].CompleteOrchestration : null;
        foreach (var action in actions)
        {
            if (action.ToEvent(_time) is { } created)
            {
                _history.Add(created);
            }

            if (action.CompleteOrchestration is not null || (completion is not null && action.CreateTimer is not null))
            {
                continue;
            }

            Effects.Add((_state!.ExecutionId, action));
            if (action.CreateSubOrchestration is { } child)
            {
                children[action.Id] = child.InstanceId;
            }

            // An activity of an execution that ends here has no history to be found in after a crash.
            if (action.CreateTimer is null && (action.ScheduleTask is null || completion is not null))
            {
                outbox.Add(_state.ExecutionId, action);
            }
        }

        return completion;
    }

    private void Store(List<HistoryEvent> events)
    {
        _done = outbox.TakeDone();
        var number = _state!.NextCommit;
        _state = _state with
        {
            LastUpdatedAt = _time.ToDateTimeOffset(),
            NextCommit = number + (events.Count > 0 ? 1 : 0),
            Received = received.Snapshot(),
            Outbox = outbox.ToStore(_state.ExecutionId, _state.IsFinished),
        };
        Commit = new HistoryCommit(_state, events, number, _trimFrom);
    }
}

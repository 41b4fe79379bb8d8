using FunctionsEval.Durable.Protocol;
using Microsoft.Extensions.Logging;
using ActionKind = FunctionsEval.Durable.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;
using EventKind = FunctionsEval.Durable.Protocol.HistoryEvent.EventTypeOneofCase;

namespace FunctionsEval.Durable.Executor;

/// <summary>
/// One execution of one instance: history in, actions out, no I/O. Feed the past once, then turn after turn of new events; kept hot it
/// gives what a cold replay of the same history gives. Not thread safe; each turn may run on another thread.
/// </summary>
public sealed partial class OrchestrationExecution(DurableTaskRegistry registry, JsonDataConverter converter, ILoggerFactory loggers, string instanceId)
{
    /// <summary>Durable Task puts a timer of this id into history where it splits a large batch of actions; no orchestrator asked for it.</summary>
    private const int SplitBatchTimer = -100;

    private readonly Turn _turn = new();
    private readonly ExternalEvents _events = new();
    private readonly Queue<HistoryEvent> _heldWhileSuspended = new();
    private readonly List<HistoryEvent> _late = [];
    private ReplayContext? _context;
    private Task<object?>? _userTask;
    private CompleteOrchestrationAction? _completion;
    private DateTime _currentUtc;
    private bool _completionTaken;
    private bool _actionsAreVoid;

    public bool IsSuspended { get; private set; }

    public bool IsCompleted => _completion is not null;

    /// <summary>True once an execution-started event was seen.</summary>
    public bool HasStarted => _context is not null || _completion is not null;

    /// <summary>True when the past ends with something that no turn has given out yet: code was changed, or the last answer was lost.</summary>
    public bool HasUnsentActions => _completion is not null ? !_completionTaken : !IsSuspended && _context is { Pending.Count: > 0 };

    public void Replay(IEnumerable<HistoryEvent> pastEvents)
    {
        ArgumentNullException.ThrowIfNull(pastEvents);
        Process(pastEvents, isReplaying: true);
    }

    public TurnResult Run(IEnumerable<HistoryEvent> newEvents)
    {
        ArgumentNullException.ThrowIfNull(newEvents);
        Process(newEvents, isReplaying: false);
        FailWhenStuck();
        return new TurnResult(TakeActions(), _context?.CustomStatus, _context?.HasCustomStatus ?? false);
    }

    private void Process(IEnumerable<HistoryEvent> events, bool isReplaying) => _turn.Run(() =>
    {
        if (_completion is null && (_turn.HasForeignWork || _userTask is { IsCompleted: true }))
        {
            Fail(Foreign());
        }

        foreach (var historyEvent in events)
        {
            _context?.Replaying = isReplaying;
            try
            {
                Process(historyEvent, isReplaying);
                _turn.Drain();
                CompleteWhenDone();
            }
            catch (Exception e)
            {
                // History comes from outside and may be anything: whatever it breaks ends this instance, not its host.
                Fail(e);
            }
        }

        _context?.Replaying = false;
    });

    private void Process(HistoryEvent historyEvent, bool isReplaying)
    {
        if (IsSuspended && historyEvent.EventTypeCase is not (EventKind.ExecutionResumed or EventKind.ExecutionTerminated))
        {
            if (historyEvent.EventTypeCase != EventKind.ExecutionSuspended)
            {
                _heldWhileSuspended.Enqueue(historyEvent);
            }

            return;
        }

        switch (historyEvent.EventTypeCase)
        {
            case EventKind.OrchestratorStarted:
                _currentUtc = historyEvent.Timestamp?.ToDateTime() ?? _currentUtc;
                _context?.SetTime(_currentUtc);
                break;
            case EventKind.ExecutionStarted:
                Start(historyEvent.ExecutionStarted, isReplaying);
                break;
            case EventKind.TaskScheduled:
                Confirm(historyEvent.EventId, ActionKind.ScheduleTask, historyEvent.TaskScheduled.Name);
                break;
            case EventKind.SubOrchestrationInstanceCreated:
                Confirm(historyEvent.EventId, ActionKind.CreateSubOrchestration, historyEvent.SubOrchestrationInstanceCreated.Name);
                break;
            case EventKind.EventSent:
                Confirm(historyEvent.EventId, ActionKind.SendEvent, historyEvent.EventSent.Name);
                break;
            case EventKind.TimerCreated when historyEvent.EventId != SplitBatchTimer:
                Confirm(historyEvent.EventId, ActionKind.CreateTimer, name: null);
                break;
            case EventKind.ExecutionTerminated:
                Terminate(historyEvent.ExecutionTerminated);
                break;
            case EventKind.EventRaised when _completion is null:
                _events.Raise(historyEvent);
                break;
            case EventKind.EventRaised or EventKind.ExecutionSuspended when _completion is not null:
                _late.Add(historyEvent);
                break;
            case EventKind.ExecutionSuspended:
                IsSuspended = true;
                break;
            case EventKind.ExecutionResumed:
                Resume(historyEvent, isReplaying);
                break;
            default:
                if (_completion is null)
                {
                    CompleteTask(historyEvent);
                }

                break;
        }
    }

    private void CompleteTask(HistoryEvent historyEvent)
    {
        switch (historyEvent.EventTypeCase)
        {
            case EventKind.TaskCompleted:
                _context?.TakeOpen(historyEvent.TaskCompleted.TaskScheduledId, ActionKind.ScheduleTask)?.Complete(historyEvent.TaskCompleted.Result);
                break;
            case EventKind.TaskFailed:
                _context?.TakeOpen(historyEvent.TaskFailed.TaskScheduledId, ActionKind.ScheduleTask)?
                    .Fail(historyEvent.TaskFailed.FailureDetails.FromProtocol());
                break;
            case EventKind.SubOrchestrationInstanceCompleted:
                _context?.TakeOpen(historyEvent.SubOrchestrationInstanceCompleted.TaskScheduledId, ActionKind.CreateSubOrchestration)?
                    .Complete(historyEvent.SubOrchestrationInstanceCompleted.Result);
                break;
            case EventKind.SubOrchestrationInstanceFailed:
                _context?.TakeOpen(historyEvent.SubOrchestrationInstanceFailed.TaskScheduledId, ActionKind.CreateSubOrchestration)?
                    .Fail(historyEvent.SubOrchestrationInstanceFailed.FailureDetails.FromProtocol());
                break;
            case EventKind.TimerFired:
                _context?.TakeOpen(historyEvent.TimerFired.TimerId, ActionKind.CreateTimer)?.Complete(null);
                break;
        }
    }

    private void Start(ExecutionStartedEvent started, bool isReplaying)
    {
        if (HasStarted)
        {
            throw new NonDeterministicOrchestrationException(-1, "history holds a second execution-started event.");
        }

        _context = new ReplayContext(_turn, instanceId, started, _events, converter, loggers) { Replaying = isReplaying };
        _context.SetTime(_currentUtc);
        var orchestrator = registry.FindOrchestrator(started.Name)
            ?? throw new InvalidOperationException(
                $"Orchestrator '{started.Name}' is not registered (known: {string.Join(", ", registry.OrchestratorNames)}).");
        _userTask = orchestrator(_context);
    }

    private void Confirm(int id, ActionKind kind, string? name)
    {
        if (_actionsAreVoid)
        {
            return;
        }

        var action = _context?.Pending.Confirm(id)
            ?? throw new NonDeterministicOrchestrationException(id, $"history has {kind} '{name}' here, the orchestrator asked for nothing.");
        var actionName = action.OrchestratorActionTypeCase switch
        {
            ActionKind.ScheduleTask => action.ScheduleTask.Name,
            ActionKind.CreateSubOrchestration => action.CreateSubOrchestration.Name,
            ActionKind.SendEvent => action.SendEvent.Name,
            _ => null,
        };
        if (action.OrchestratorActionTypeCase != kind || !string.Equals(name, actionName, StringComparison.OrdinalIgnoreCase))
        {
            throw new NonDeterministicOrchestrationException(
                id, $"history has {kind} '{name}' here, the orchestrator asked for {action.OrchestratorActionTypeCase} '{actionName}'.");
        }
    }

    private void Resume(HistoryEvent resumed, bool isReplaying)
    {
        if (_completion is not null)
        {
            _late.Add(resumed);
            return;
        }

        IsSuspended = false;
        while (!IsSuspended && _heldWhileSuspended.TryDequeue(out var held))
        {
            Process(held, isReplaying);
            _turn.Drain();
            CompleteWhenDone();
        }
    }
}

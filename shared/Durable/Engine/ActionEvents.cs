using FunctionsEval.Durable.Protocol;
using Google.Protobuf.WellKnownTypes;
using ActionKind = FunctionsEval.Durable.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;
using EventKind = FunctionsEval.Durable.Protocol.HistoryEvent.EventTypeOneofCase;

namespace FunctionsEval.Durable.Engine;

/// <summary>Actions as the events that record them, and back.</summary>
internal static class ActionEvents
{
    /// <summary>Only created-type events carry the id of their action.</summary>
    private const int NoId = -1;

    public static HistoryEvent New(Timestamp time) => new() { EventId = NoId, Timestamp = time };

    public static HistoryEvent OrchestratorStarted(Timestamp time)
    {
        var started = New(time);
        started.OrchestratorStarted = new OrchestratorStartedEvent();
        return started;
    }

    public static HistoryEvent? ToEvent(this OrchestratorAction action, Timestamp time)
    {
        var created = new HistoryEvent { EventId = action.Id, Timestamp = time };
        switch (action.OrchestratorActionTypeCase)
        {
            case ActionKind.ScheduleTask:
                created.TaskScheduled = new TaskScheduledEvent { Name = action.ScheduleTask.Name, Input = action.ScheduleTask.Input };
                break;
            case ActionKind.CreateSubOrchestration:
                created.SubOrchestrationInstanceCreated = new SubOrchestrationInstanceCreatedEvent
                {
                    InstanceId = action.CreateSubOrchestration.InstanceId,
                    Name = action.CreateSubOrchestration.Name,
                    Input = action.CreateSubOrchestration.Input,
                };
                break;
            case ActionKind.CreateTimer:
                created.TimerCreated = new TimerCreatedEvent { FireAt = action.CreateTimer.FireAt };
                break;
            case ActionKind.SendEvent:
                created.EventSent = new EventSentEvent
                {
                    InstanceId = action.SendEvent.Instance.InstanceId,
                    Name = action.SendEvent.Name,
                    Input = action.SendEvent.Data,
                };
                break;
            case ActionKind.CompleteOrchestration:
                created.ExecutionCompleted = new ExecutionCompletedEvent
                {
                    OrchestrationStatus = action.CompleteOrchestration.OrchestrationStatus,
                    Result = action.CompleteOrchestration.Result,
                    FailureDetails = action.CompleteOrchestration.FailureDetails,
                };
                break;
            default:
                return null;
        }

        return created;
    }

    /// <summary>What a history asked for and has no answer to: activities to run, timers to arm, children to look for.</summary>
    public static IReadOnlyCollection<OrchestratorAction> Unanswered(IEnumerable<HistoryEvent> history)
    {
        var open = new SortedDictionary<int, OrchestratorAction>();
        foreach (var past in history)
        {
            switch (past.EventTypeCase)
            {
                case EventKind.TaskScheduled:
                    open[past.EventId] = new OrchestratorAction
                    {
                        Id = past.EventId,
                        ScheduleTask = new ScheduleTaskAction { Name = past.TaskScheduled.Name, Input = past.TaskScheduled.Input },
                    };
                    break;
                case EventKind.SubOrchestrationInstanceCreated:
                    open[past.EventId] = new OrchestratorAction
                    {
                        Id = past.EventId,
                        CreateSubOrchestration = new CreateSubOrchestrationAction
                        {
                            InstanceId = past.SubOrchestrationInstanceCreated.InstanceId,
                            Name = past.SubOrchestrationInstanceCreated.Name,
                            Input = past.SubOrchestrationInstanceCreated.Input,
                        },
                    };
                    break;
                case EventKind.TimerCreated:
                    open[past.EventId] = new OrchestratorAction
                    {
                        Id = past.EventId,
                        CreateTimer = new CreateTimerAction { FireAt = past.TimerCreated.FireAt },
                    };
                    break;
                default:
                    open.Remove(AnsweredId(past));
                    break;
            }
        }

        return open.Values;
    }

    public static int AnsweredId(HistoryEvent answer) => answer.EventTypeCase switch
    {
        EventKind.TaskCompleted => answer.TaskCompleted.TaskScheduledId,
        EventKind.TaskFailed => answer.TaskFailed.TaskScheduledId,
        EventKind.SubOrchestrationInstanceCompleted => answer.SubOrchestrationInstanceCompleted.TaskScheduledId,
        EventKind.SubOrchestrationInstanceFailed => answer.SubOrchestrationInstanceFailed.TaskScheduledId,
        EventKind.TimerFired => answer.TimerFired.TimerId,
        _ => NoId,
    };
}

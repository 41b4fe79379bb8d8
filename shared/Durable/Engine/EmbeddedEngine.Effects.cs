using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Executor;
using FunctionsEval.Durable.Protocol;
using ActionKind = FunctionsEval.Durable.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;

namespace FunctionsEval.Durable.Engine;

/// <summary>What committed actions set off, at once and again after a crash.</summary>
public sealed partial class EmbeddedEngine
{
    internal void Dispatch(LiveInstance instance, string executionId, OrchestratorAction action)
    {
        void Acknowledge() => instance.Acknowledge(executionId, action.Id);

        switch (action.OrchestratorActionTypeCase)
        {
            case ActionKind.ScheduleTask:
                _activities.Enqueue(new ActivityCall(instance, executionId, action.Id, action.ScheduleTask.Name, action.ScheduleTask.Input));
                break;
            case ActionKind.CreateTimer:
                instance.ArmTimer(executionId, action.Id, action.CreateTimer);
                break;
            case ActionKind.CreateSubOrchestration:
                StartChild(instance, executionId, action);
                break;
            case ActionKind.SendEvent:
                var sent = new EventRaisedEvent { Name = action.SendEvent.Name, Input = action.SendEvent.Data };
                Deliver(action.SendEvent.Instance.InstanceId, new Message(new HistoryEvent { EventId = -1, EventRaised = sent })
                {
                    Id = ReceivedMessages.InstanceId(instance.Id, executionId, action.Id),
                    Settled = Acknowledge,
                });
                break;
            case ActionKind.TerminateOrchestration:
                var terminated = new ExecutionTerminatedEvent
                {
                    Input = action.TerminateOrchestration.Reason,
                    Recurse = action.TerminateOrchestration.Recurse,
                };
                Deliver(
                    action.TerminateOrchestration.InstanceId,
                    new Message(new HistoryEvent { EventId = -1, ExecutionTerminated = terminated }) { Settled = Acknowledge });
                break;
        }
    }

    internal void ReportToParent(InstanceState child)
    {
        if (child.Parent is not { } parent)
        {
            return;
        }

        var report = new HistoryEvent { EventId = -1 };
        if (child.Status == OrchestrationRuntimeStatus.Completed)
        {
            report.SubOrchestrationInstanceCompleted = new SubOrchestrationInstanceCompletedEvent
            {
                TaskScheduledId = parent.TaskId,
                Result = child.Output,
            };
        }
        else
        {
            report.SubOrchestrationInstanceFailed = new SubOrchestrationInstanceFailedEvent
            {
                TaskScheduledId = parent.TaskId,
                FailureDetails = (child.FailureDetails ?? new TaskFailureDetails(
                    "SubOrchestrationTerminated", $"Sub-orchestration '{child.InstanceId}' was terminated.")).ToProtocol(),
            };
        }

        Deliver(parent.InstanceId, new Message(report) { ExecutionId = parent.ExecutionId });
    }

    private void StartChild(LiveInstance parent, string executionId, OrchestratorAction action)
    {
        var child = action.CreateSubOrchestration;
        var started = new ExecutionStartedEvent
        {
            Name = child.Name,
            Version = child.Version,
            Input = child.Input,
            ParentInstance = new ParentLink(parent.Id, executionId, parent.Committed?.Name ?? "", action.Id).ToProtocol(),
        };
        Deliver(child.InstanceId, new Message(new HistoryEvent { EventId = -1, ExecutionStarted = started })
        {
            Settled = () => parent.Acknowledge(executionId, action.Id),
            Rejected = () =>
            {
                var isOurs = FindLive(child.InstanceId)?.Committed?.Parent is { } link && IsLink(link, parent, executionId, action);
                if (!isOurs)
                {
                    ReportTaken(parent, executionId, action);
                }

                parent.Acknowledge(executionId, action.Id);
            },
        });
    }

    private void ReportTaken(LiveInstance parent, string executionId, OrchestratorAction action)
    {
        var taken = new OrchestrationAlreadyExistsException(action.CreateSubOrchestration.InstanceId);
        var failed = new SubOrchestrationInstanceFailedEvent
        {
            TaskScheduledId = action.Id,
            FailureDetails = TaskFailureDetails.FromException(taken).ToProtocol(),
        };
        Deliver(parent.Id, new Message(new HistoryEvent { EventId = -1, SubOrchestrationInstanceFailed = failed }) { ExecutionId = executionId });
    }

    private async Task ResumeAsync(LiveInstance instance, IReadOnlyCollection<OrchestratorAction> unanswered, CancellationToken cancellationToken)
    {
        var state = instance.Committed!;
        foreach (var message in state.Outbox)
        {
            await RepeatAsync(instance, message.ExecutionId, message.Action, cancellationToken);
        }

        foreach (var action in unanswered)
        {
            await RepeatAsync(instance, state.ExecutionId, action, cancellationToken);
        }

        if (instance.HasUnsentActions)
        {
            instance.TryPost(new Message(null));
        }
    }

    private async Task RepeatAsync(LiveInstance instance, string executionId, OrchestratorAction action, CancellationToken cancellationToken)
    {
        if (action.CreateSubOrchestration is { } created)
        {
            var child = FindLive(created.InstanceId)?.Committed
                ?? (await _store.LoadAsync(created.InstanceId, withHistory: false, cancellationToken))?.State;
            if (child?.Parent is { } link && IsLink(link, instance, executionId, action))
            {
                instance.Acknowledge(executionId, action.Id);
                if (child.IsFinished)
                {
                    ReportToParent(child);
                }

                return;
            }
        }

        Dispatch(instance, executionId, action);
    }

    private static bool IsLink(ParentLink link, LiveInstance parent, string executionId, OrchestratorAction action) =>
        link.InstanceId == parent.Id && link.ExecutionId == executionId && link.TaskId == action.Id;
}

using System.Diagnostics;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>Writes a turn's events and actions into the history and carries the actions out. All of it holds the lock.</summary>
public sealed partial class DurableExtension
{
    /// <summary>The storage queues behind the extension hide a message for no longer.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(6);

    /// <returns>True when the instance goes on at once, as a new execution.</returns>
    private bool Apply(Orchestration instance, List<HistoryEvent> happened, OrchestratorResponse response)
    {
        var now = _clock.GetUtcNow();
        if (response.Actions.OfType<OrchestratorAction.CreateTimer>().FirstOrDefault(timer => timer.FireAt - now > LongestTimer) is { } tooLong)
        {
            End(instance, OrchestrationStatus.Failed, TurnEnding.Broken.Because(instance.Started.Name, $"Timer {tooLong.Id} is due in more than {LongestTimer.TotalDays} days.").Output, null);
            return false;
        }

        instance.History.AddRange(happened);
        instance.Status = StatusAfter(happened, instance.Status);
        instance.CustomStatus = response.CustomStatus;
        instance.LastUpdated = now;
        foreach (var action in response.Actions)
        {
            CarryOut(instance, action, now);
        }

        if (response.Completion is not { } completion)
        {
            instance.History.Add(new HistoryEvent.OrchestratorCompleted { Time = now });
            return false;
        }

        if (completion.Status == OrchestrationStatus.ContinuedAsNew)
        {
            BeginAnew(instance, completion, now);
            return true;
        }

        instance.History.Add(new HistoryEvent.ExecutionCompleted(completion.Id, completion.Status, completion.Result) { Time = now });
        instance.History.Add(new HistoryEvent.OrchestratorCompleted { Time = now });
        End(instance, completion.Status, completion.Result, completion.Failure);
        return false;
    }

    private void CarryOut(Orchestration instance, OrchestratorAction action, DateTimeOffset now)
    {
        var (id, execution) = (instance.InstanceId, instance.Started.ExecutionId);
        switch (action)
        {
            case OrchestratorAction.ScheduleTask task:
                instance.History.Add(new HistoryEvent.TaskScheduled(task.Id, task.Name, task.Version, Stored(task.Input)) { Time = now });
                _activities.Dispatch(id, task, answer => Answer(id, execution, answer));
                break;
            case OrchestratorAction.CreateSubOrchestration child:
                instance.History.Add(new HistoryEvent.SubOrchestrationCreated(child.Id, child.InstanceId, child.Name, child.Version, Stored(child.Input)) { Time = now });
                CreateChild(instance, child);
                break;
            case OrchestratorAction.CreateTimer timer:
                instance.History.Add(new HistoryEvent.TimerCreated(timer.Id, timer.FireAt) { Time = now });
                _timers.At(timer.FireAt, () => Answer(id, execution, new HistoryEvent.TimerFired(timer.Id, timer.FireAt)));
                break;
            case OrchestratorAction.SendEvent sent:
                instance.History.Add(new HistoryEvent.EventSent(sent.Id, sent.InstanceId, sent.Name, Stored(sent.Data)) { Time = now });
                RaiseAt(sent.InstanceId, new HistoryEvent.EventRaised(sent.Name, sent.Data));
                break;
            case OrchestratorAction.Complete:
                break;
            default:
                throw new UnreachableException($"Unhandled {action.GetType().Name}");
        }
    }

    private void BeginAnew(Orchestration instance, OrchestratorAction.Complete completion, DateTimeOffset now)
    {
        var since = instance.Inbox.OfType<HistoryEvent>().Where(IsForInstance).ToList();
        instance.Started = instance.Started with
        {
            ExecutionId = NewExecutionId(),
            Input = completion.Result,
            Version = completion.NewVersion ?? instance.Started.Version,
            Time = now,
        };
        instance.History.Clear();
        instance.Inbox.Clear();
        instance.Inbox.Add(instance.Started);
        instance.Inbox.AddRange(completion.CarriedOver);
        instance.Inbox.AddRange(since);
    }

    // Answers belong to the execution that asked; events and orders of a client belong to the instance.
    private static bool IsForInstance(HistoryEvent happened) => happened is
        HistoryEvent.EventRaised or HistoryEvent.ExecutionTerminated or HistoryEvent.ExecutionSuspended or HistoryEvent.ExecutionResumed;

    private static OrchestrationStatus StatusAfter(List<HistoryEvent> happened, OrchestrationStatus before) => happened.Aggregate(
        before == OrchestrationStatus.Pending ? OrchestrationStatus.Running : before,
        (status, one) => one switch
        {
            HistoryEvent.ExecutionSuspended => OrchestrationStatus.Suspended,
            HistoryEvent.ExecutionResumed => OrchestrationStatus.Running,
            _ => status,
        });

    // By default inputs are not kept in histories.
    private string? Stored(string? input) => _settings.StoresInputs ? input : null;
}

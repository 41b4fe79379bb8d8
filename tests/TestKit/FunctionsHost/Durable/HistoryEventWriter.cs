using System.Diagnostics;
using FunctionsEval.TestKit.FunctionsHost.Durable.Wire;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>Events as the extension sends them: what it leaves out (failures of ended executions, tags and trace contexts of tasks) is left out.</summary>
internal static class HistoryEventWriter
{
    public static void Write(WireWriter writer, HistoryEvent happened)
    {
        writer.Number(1, happened.EventId).Time(2, happened.Time);
        switch (happened)
        {
            case HistoryEvent.ExecutionStarted started:
                writer.Message(3, body => Write(body, started));
                break;
            case HistoryEvent.ExecutionCompleted completed:
                writer.Message(4, body => body.Number(1, (int)completed.Status).Wrapped(2, completed.Result));
                break;
            case HistoryEvent.ExecutionTerminated terminated:
                writer.Message(5, body => body.Wrapped(1, terminated.Reason));
                break;
            case HistoryEvent.TaskScheduled scheduled:
                writer.Message(6, body => body.Text(1, scheduled.Name).Wrapped(2, scheduled.Version).Wrapped(3, scheduled.Input));
                break;
            case HistoryEvent.TaskCompleted completed:
                writer.Message(7, body => body.Number(1, completed.ScheduledId).Wrapped(2, completed.Result));
                break;
            case HistoryEvent.TaskFailed failed:
                writer.Message(8, body => WriteFailure(body, failed.ScheduledId, failed.Failure));
                break;
            case HistoryEvent.SubOrchestrationCreated created:
                writer.Message(9, body => body
                    .Text(1, created.InstanceId).Text(2, created.Name).Wrapped(3, created.Version).Wrapped(4, created.Input));
                break;
            case HistoryEvent.SubOrchestrationCompleted completed:
                writer.Message(10, body => body.Number(1, completed.ScheduledId).Wrapped(2, completed.Result));
                break;
            case HistoryEvent.SubOrchestrationFailed failed:
                writer.Message(11, body => WriteFailure(body, failed.ScheduledId, failed.Failure));
                break;
            case HistoryEvent.TimerCreated created:
                writer.Message(12, body => body.Time(1, created.FireAt));
                break;
            case HistoryEvent.TimerFired fired:
                writer.Message(13, body => body.Time(1, fired.FireAt).Number(2, fired.TimerId));
                break;
            case HistoryEvent.OrchestratorStarted:
                writer.Message(14, _ => { });
                break;
            case HistoryEvent.OrchestratorCompleted:
                writer.Message(15, _ => { });
                break;
            case HistoryEvent.EventSent sent:
                writer.Message(16, body => body.Text(1, sent.InstanceId).Text(2, sent.Name).Wrapped(3, sent.Input));
                break;
            case HistoryEvent.EventRaised raised:
                writer.Message(17, body => body.Text(1, raised.Name).Wrapped(2, raised.Input));
                break;
            case HistoryEvent.ExecutionSuspended suspended:
                writer.Message(21, body => body.Wrapped(1, suspended.Reason));
                break;
            case HistoryEvent.ExecutionResumed resumed:
                writer.Message(22, body => body.Wrapped(1, resumed.Reason));
                break;
            default:
                throw new UnreachableException($"Unhandled {happened.GetType().Name}");
        }
    }

    private static void Write(WireWriter body, HistoryEvent.ExecutionStarted started)
    {
        body.Text(1, started.Name).Wrapped(2, started.Version).Wrapped(3, started.Input)
            .Message(4, instance => instance.Text(1, started.InstanceId).Wrapped(2, started.ExecutionId));
        if (started.Parent is { } parent)
        {
            body.Message(5, link => link.Number(1, parent.ScheduledId).Wrapped(2, parent.Name)
                .Message(4, instance => instance.Text(1, parent.InstanceId).Wrapped(2, parent.ExecutionId)));
        }

        body.Time(6, started.ScheduledStart);
        foreach (var (key, value) in started.Tags ?? new Dictionary<string, string>())
        {
            body.Message(9, entry => entry.Text(1, key).Text(2, value));
        }
    }

    private static void WriteFailure(WireWriter body, int scheduledId, FailureDetails? failure)
    {
        body.Number(1, scheduledId);
        if (failure is not null)
        {
            body.Message(2, failure.Write);
        }
    }
}

using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// Between the executor, which knows plain inputs and results, and the extension, which loses part of both: inputs go out and results
/// come in as <see cref="ActivityInput"/> and <see cref="ActivityResult"/>.
/// </summary>
internal static class ActivityWire
{
    public static void Receive(OrchestratorRequest request)
    {
        foreach (var historyEvent in request.PastEvents)
        {
            Receive(historyEvent);
        }

        foreach (var historyEvent in request.NewEvents)
        {
            Receive(historyEvent);
        }
    }

    public static void Send(OrchestratorResponse response)
    {
        foreach (var action in response.Actions)
        {
            if (action.ScheduleTask is { } task)
            {
                task.Input = new ActivityInput(response.InstanceId, action.Id, task.Input).ToJson();
            }
        }
    }

    private static void Receive(HistoryEvent historyEvent)
    {
        if (historyEvent.TaskCompleted is not { } completed || ActivityResult.TryRead(completed.Result) is not { } result)
        {
            return;
        }

        if (result.Ok)
        {
            completed.Result = result.Value?.GetRawText();
        }
        else
        {
            historyEvent.TaskFailed = new TaskFailedEvent
            {
                TaskScheduledId = completed.TaskScheduledId,
                FailureDetails = (result.Error ?? new ActivityError(Durable.TaskFailureDetails.NotGiven, "The activity failed and did not say why.")).ToProtocol(),
            };
        }
    }
}

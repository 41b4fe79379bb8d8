using FunctionsEval.TestKit.FunctionsHost.Durable.Wire;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>What an orchestrator answers; only these three fields are read.</summary>
internal sealed record OrchestratorResponse(IReadOnlyList<OrchestratorAction> Actions, string? CustomStatus, bool RequiresHistory)
{
    public OrchestratorAction.Complete? Completion => Actions.OfType<OrchestratorAction.Complete>().LastOrDefault();

    /// <exception cref="InvalidDataException">The extension could not use the answer, and why.</exception>
    public static OrchestratorResponse Parse(string? base64)
    {
        if (string.IsNullOrEmpty(base64))
        {
            throw new InvalidDataException("The function invocation resulted in a null response.");
        }

        try
        {
            var message = WireMessage.Parse(Convert.FromBase64String(base64));
            return new OrchestratorResponse([.. message.All(2).Select(Action)], message.Wrapped(3), message.Flag(7));
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"The response is not base64: {e.Message}", e);
        }
    }

    private static OrchestratorAction Action(WireMessage action)
    {
        var id = (int)action.Number(1);
        return action switch
        {
            _ when action.Find(2) is { } task => new OrchestratorAction.ScheduleTask(id, task.Text(1), task.Wrapped(2), task.Wrapped(3)),
            _ when action.Find(3) is { } child =>
                new OrchestratorAction.CreateSubOrchestration(id, child.Text(1), child.Text(2), child.Wrapped(3), child.Wrapped(4)),
            _ when action.Find(4) is { } timer =>
                new OrchestratorAction.CreateTimer(id, timer.Time(1) ?? throw new InvalidDataException($"Timer {id} has no time.")),
            _ when action.Find(5) is { } sent =>
                new OrchestratorAction.SendEvent(id, sent.Find(1)?.Text(1) ?? "", sent.Text(2), sent.Wrapped(3)),
            _ when action.Find(6) is { } complete => new OrchestratorAction.Complete(
                id,
                (OrchestrationStatus)complete.Number(1),
                complete.Wrapped(2) ?? complete.Wrapped(3),
                complete.Wrapped(4),
                [.. complete.All(5).Select(Carried).OfType<HistoryEvent.EventRaised>()],
                FailureDetails.Read(complete.Find(6))),
            _ => throw new InvalidDataException($"Action {id} is of a kind that the extension does not support."),
        };
    }

    // Of the events that an orchestrator carries over, the extension takes only raised ones.
    private static HistoryEvent.EventRaised? Carried(WireMessage happened) =>
        happened.Find(17) is { } raised ? new HistoryEvent.EventRaised(raised.Text(1), raised.Wrapped(2)) { Time = happened.Time(2) ?? default } : null;
}

using FunctionsEval.TestKit.FunctionsHost.Durable.Wire;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>What an orchestrator is called with. The extension leaves the execution id empty: it is in ExecutionStarted only.</summary>
internal sealed record OrchestratorRequest(string InstanceId, IReadOnlyList<HistoryEvent> Past, IReadOnlyList<HistoryEvent> New)
{
    public string ToBase64()
    {
        var writer = new WireWriter().Text(1, InstanceId);
        foreach (var happened in Past)
        {
            writer.Message(3, body => HistoryEventWriter.Write(body, happened));
        }

        foreach (var happened in New)
        {
            writer.Message(4, body => HistoryEventWriter.Write(body, happened));
        }

        // As newer extensions send it: properties, a map of google.protobuf.Value (bool_value is its field 4, number_value 2).
        writer.Message(5, parameters => parameters.Message(1, window => window.Number(1, 1800)))
            .Message(7, entry => entry.Text(1, "IncludeState").Message(2, value => value.Flag(4, true, always: true)))
            .Message(7, entry => entry.Text(1, "IsExtendedSession").Message(2, value => value.Flag(4, false, always: true)))
            .Message(7, entry => entry.Text(1, "ExtendedSessionIdleTimeoutInSeconds").Message(2, value => value.Double(2, 0)));
        return Convert.ToBase64String(writer.Written);
    }
}

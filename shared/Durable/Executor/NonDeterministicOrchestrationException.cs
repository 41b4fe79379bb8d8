using System.Globalization;

namespace FunctionsEval.Durable.Executor;

/// <summary>The orchestrator did not do again what its history says it did.</summary>
internal sealed class NonDeterministicOrchestrationException(int eventId, string message) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"Non-deterministic orchestrator at event {eventId}: {message} Was its code changed while instances were running, or does it use time, chance, I/O or configuration of its own?"))
{
    /// <summary>The type name that Durable Task reports, so that tools recognise it.</summary>
    public const string ReportedType = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException";
}

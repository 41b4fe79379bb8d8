using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Executor;

/// <summary>What a turn asks for. <paramref name="HasCustomStatus"/> tells "set to null" from "never set in this execution".</summary>
public readonly record struct TurnResult(IReadOnlyList<OrchestratorAction> Actions, string? CustomStatus, bool HasCustomStatus);

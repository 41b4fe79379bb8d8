namespace FunctionsEval.Durable;

/// <summary>The orchestration that called this one.</summary>
public sealed record ParentOrchestrationInstance(string Name, string InstanceId);

namespace FunctionsEval.Durable.Client;

/// <summary>How an instance is started: without an id a new one is made.</summary>
public sealed record StartOrchestrationOptions(string? InstanceId = null, string? Version = null);

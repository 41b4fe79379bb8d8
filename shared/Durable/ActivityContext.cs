namespace FunctionsEval.Durable;

/// <summary>Which call an activity serves. <see cref="TaskId"/> is the id of the action in its orchestration: the same when the call is repeated after a crash.</summary>
public sealed record ActivityContext(string Name, string InstanceId, int TaskId);

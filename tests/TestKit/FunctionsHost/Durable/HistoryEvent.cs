namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>What happened to an orchestration. Only created-kind events carry the id of their action, all others -1.</summary>
internal abstract record HistoryEvent(int EventId)
{
    public DateTimeOffset Time { get; init; }

    public sealed record OrchestratorStarted() : HistoryEvent(-1);

    public sealed record OrchestratorCompleted() : HistoryEvent(-1);

    public sealed record ExecutionStarted(
        string Name, string? Version, string? Input, string InstanceId, string ExecutionId, ParentLink? Parent,
        DateTimeOffset? ScheduledStart = null, IReadOnlyDictionary<string, string>? Tags = null) : HistoryEvent(-1);

    public sealed record ExecutionCompleted(int Id, OrchestrationStatus Status, string? Result) : HistoryEvent(Id);

    public sealed record ExecutionTerminated(string? Reason) : HistoryEvent(-1);

    public sealed record ExecutionSuspended(string? Reason) : HistoryEvent(-1);

    public sealed record ExecutionResumed(string? Reason) : HistoryEvent(-1);

    public sealed record TaskScheduled(int Id, string Name, string? Version, string? Input) : HistoryEvent(Id);

    public sealed record TaskCompleted(int ScheduledId, string? Result) : HistoryEvent(-1);

    public sealed record TaskFailed(int ScheduledId, FailureDetails? Failure) : HistoryEvent(-1);

    public sealed record SubOrchestrationCreated(int Id, string InstanceId, string Name, string? Version, string? Input) : HistoryEvent(Id);

    public sealed record SubOrchestrationCompleted(int ScheduledId, string? Result) : HistoryEvent(-1);

    public sealed record SubOrchestrationFailed(int ScheduledId, FailureDetails? Failure) : HistoryEvent(-1);

    public sealed record TimerCreated(int Id, DateTimeOffset FireAt) : HistoryEvent(Id);

    public sealed record TimerFired(int TimerId, DateTimeOffset FireAt) : HistoryEvent(-1);

    public sealed record EventSent(int Id, string InstanceId, string Name, string? Input) : HistoryEvent(Id);

    public sealed record EventRaised(string Name, string? Input) : HistoryEvent(-1);
}

/// <summary>Which call of which execution a sub-orchestration answers.</summary>
internal sealed record ParentLink(int ScheduledId, string Name, string InstanceId, string ExecutionId);

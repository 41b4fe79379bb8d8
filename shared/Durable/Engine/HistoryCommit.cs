using FunctionsEval.Durable.Protocol;

namespace FunctionsEval.Durable.Engine;

/// <summary>
/// What one turn adds: the new state and the events of commit <paramref name="Number"/> (none: only the state changes). Events of commits
/// before <see cref="InstanceState.FirstCommit"/> belong to ended executions; those from <paramref name="TrimFrom"/> on are to be deleted.
/// </summary>
public sealed record HistoryCommit(InstanceState State, IReadOnlyList<HistoryEvent> Events, long Number, long TrimFrom);

/// <summary>An instance as it was last committed, with the events of its current execution.</summary>
public sealed record StoredInstance(InstanceState State, IReadOnlyList<HistoryEvent> History);

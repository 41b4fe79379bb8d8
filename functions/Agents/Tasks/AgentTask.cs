using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Tasks;

/// <summary>
/// One piece of work of an agent, as stored: what was asked for, where it stands, and what was measured when it ended. At least one of
/// <paramref name="Request"/> and <paramref name="Metric"/> is there: a runner may report work that nobody registered.
/// </summary>
/// <param name="CreatedAt">When the service first heard of it.</param>
/// <param name="ChangedAt">When its status last changed.</param>
/// <param name="StartedAt">When an executor last took it; null while nobody has.</param>
/// <param name="EndedAt">When it ended, as the report says; null while it is open.</param>
public sealed record AgentTask(
    string TaskId,
    AgentTaskStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    TaskRequest? Request = null,
    TaskMetric? Metric = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null,
    string? TakenBy = null)
{
    [JsonIgnore]
    public string TaskType => Metric?.TaskType ?? Request!.TaskType;

    [JsonIgnore]
    public string? Executor => Metric?.Executor ?? TakenBy ?? Request?.Executor;

    [JsonIgnore]
    public string? Goal => Metric?.Goal ?? Request?.Goal;

    /// <summary>The task once this has been measured of it.</summary>
    public static AgentTask Ended(AgentTask? task, TaskMetric metric, DateTimeOffset now)
    {
        var ended = metric.CreatedAt ?? task?.EndedAt ?? now;
        var known = task ?? new AgentTask(metric.TaskId, metric.Status, now, now);
        return known with
        {
            Status = metric.Status,
            ChangedAt = now,
            Metric = metric with { CreatedAt = ended },
            StartedAt = known.StartedAt ?? ended.AddSeconds(-metric.DurationSeconds),
            EndedAt = ended,
        };
    }
}

/// <summary>What is asked of an agent.</summary>
/// <param name="TaskType">Such as spec, impl, test, review, heal: a phase of the pipeline.</param>
/// <param name="Direction">The instruction in words.</param>
/// <param name="Priority">1 goes first, 5 last.</param>
/// <param name="DependsOn">Tasks that must have completed before this one is handed out.</param>
/// <param name="Goal">The id of the goal that it is for.</param>
/// <param name="BacklogItem">The id of the backlog item that it works on.</param>
public sealed record TaskRequest(
    string TaskId,
    string TaskType,
    string? Direction = null,
    int Priority = TaskRequest.NormalPriority,
    IReadOnlyList<string>? DependsOn = null,
    string? Goal = null,
    string? BacklogItem = null,
    TaskContext? Context = null,
    string? Model = null,
    string? Executor = null)
{
    public const int FirstPriority = 1;
    public const int NormalPriority = 3;
    public const int LastPriority = 5;
}

/// <summary>How a task is to be done, beside its direction.</summary>
/// <param name="AssignmentProbability">With which the prompt variant was chosen, where chance chose it.</param>
/// <param name="Proposal">The id of the proposal that it came of.</param>
public sealed record TaskContext(string? PromptVariant = null, string? SkillVersion = null, double? AssignmentProbability = null, string? Proposal = null);

/// <summary>What is measured of a task that has ended. Reported once: the same again changes nothing.</summary>
/// <param name="DurationSeconds">Wall time, 0 to 86,400.</param>
/// <param name="Status">completed, failed or timed_out.</param>
/// <param name="CreatedAt">When the task ended; the time of the report when missing.</param>
/// <param name="Error">Why it failed, in the words of its executor.</param>
/// <param name="OutputChars">The length of what it put out.</param>
public sealed record TaskMetric(
    string TaskId,
    string TaskType,
    string Model,
    double DurationSeconds,
    AgentTaskStatus Status,
    [property: JsonConverter(typeof(UtcTime))] DateTimeOffset? CreatedAt = null,
    string? Executor = null,
    string? PromptVariant = null,
    string? SkillVersion = null,
    double? AssignmentProbability = null,
    string? Goal = null,
    TaskUsage? Usage = null,
    string? Error = null,
    int? OutputChars = null);

/// <summary>What a task used up. What is not known is null, and counts for nothing.</summary>
public sealed record TaskUsage(long? InputTokens = null, long? OutputTokens = null, long? Calls = null, double? CostUsd = null);

[JsonConverter(typeof(SnakeCaseEnumConverter<AgentTaskStatus>))]
public enum AgentTaskStatus
{
    Pending,
    Running,

    /// <summary>It waits for a person.</summary>
    NeedsDecision,
    Completed,
    Failed,
    TimedOut,
}

public static class AgentTaskStatuses
{
    public static bool IsEnded(this AgentTaskStatus status) => status is AgentTaskStatus.Completed or AgentTaskStatus.Failed or AgentTaskStatus.TimedOut;
}

using System.Globalization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>Tasks that nobody takes.</summary>
internal sealed class StaleTask(QueueThresholds thresholds) : IReviewRule
{
    public const string Id = "STALE_TASK";

    public IEnumerable<Observation> Look(PipelineState state) =>
        from task in state.Pending
        let waited = state.Now - task.ChangedAt
        where waited.TotalHours >= thresholds.StaleHours
        orderby waited descending
        select new Observation(
            Id, Severity.Medium, task.TaskId, string.Create(CultureInfo.InvariantCulture, $"The task ({task.TaskType}) has been pending for {waited.TotalHours:F0} hours."),
            "Raise its priority, or remove it.", [task.TaskId]);
}

/// <summary>Tasks that wait for a person.</summary>
internal sealed class UndecidedTask(QueueThresholds thresholds) : IReviewRule
{
    public const string Id = "NEEDS_DECISION";

    public IEnumerable<Observation> Look(PipelineState state) =>
        from task in state.Open
        where task.Status == AgentTaskStatus.NeedsDecision
        let waited = state.Now - task.ChangedAt
        where waited.TotalHours >= thresholds.StaleHours
        select new Observation(
            Id, Severity.Medium, task.TaskId, string.Create(CultureInfo.InvariantCulture, $"The task ({task.TaskType}) has waited for a decision for {waited.TotalHours:F0} hours."),
            "Decide, and set it to pending.", [task.TaskId]);
}

/// <summary>Pending tasks of one type that ask for the same: by their normalised direction, or nearly.</summary>
internal sealed class DuplicateTasks(QueueThresholds thresholds) : IReviewRule
{
    public const string Id = "DUPLICATE_TASKS";

    public IEnumerable<Observation> Look(PipelineState state)
    {
        foreach (var type in state.Pending.Where(task => !string.IsNullOrWhiteSpace(task.Request?.Direction)).GroupBy(task => task.TaskType, StringComparer.Ordinal))
        {
            var tasks = type.OrderBy(task => task.CreatedAt).ThenBy(task => task.TaskId, StringComparer.Ordinal).ToList();
            foreach (var group in SimilarTexts.Groups([.. tasks.Select(task => task.Request!.Direction!)], thresholds.Similarity))
            {
                string[] ids = [.. group.Select(index => tasks[index].TaskId)];
                yield return new Observation(
                    Id, Severity.Low, ids[0], string.Create(CultureInfo.InvariantCulture, $"{ids.Length} pending tasks ({type.Key}) ask for the same."),
                    $"Keep '{ids[0]}' and remove the others.", ids);
            }
        }
    }
}

/// <summary>Tasks of high priority that wait while ones of low priority are taken.</summary>
internal sealed class OvertakenTask(QueueThresholds thresholds) : IReviewRule
{
    public const string Id = "LOW_PRIORITY_FIRST";

    public IEnumerable<Observation> Look(PipelineState state)
    {
        var low = state.Open.Where(task => task is { Status: AgentTaskStatus.Running, Request.Priority: >= 4, StartedAt: not null }).ToList();
        foreach (var task in state.Pending.Where(task => task.Request is { Priority: <= 2, DependsOn: null or { Count: 0 } }))
        {
            if (low.Find(other => other.TaskType == task.TaskType && other.StartedAt > task.CreatedAt.AddHours(thresholds.OvertakenHours)) is { } first)
            {
                yield return new Observation(
                    Id, Severity.Medium, task.TaskId,
                    string.Create(CultureInfo.InvariantCulture, $"The task has priority {task.Request!.Priority} and waits since {task.CreatedAt:yyyy-MM-dd HH:mm}Z, while '{first.TaskId}' of priority {first.Request!.Priority} was taken later."),
                    "Let executors take tasks by POST /api/agent/tasks/next.", [task.TaskId, first.TaskId]);
            }
        }
    }
}

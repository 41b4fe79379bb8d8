namespace FunctionsEval.Agents.Tasks;

/// <summary>A new status of a task, and what was measured where it ends with that.</summary>
/// <param name="DurationSeconds">Since the task was taken when missing.</param>
public sealed record TaskUpdate(
    AgentTaskStatus Status,
    string? Model = null,
    string? Executor = null,
    double? DurationSeconds = null,
    TaskUsage? Usage = null,
    string? Error = null,
    int? OutputChars = null)
{
    public const string UnknownModel = "unknown";

    internal AgentTask ApplyTo(AgentTask task, DateTimeOffset now)
    {
        if (!Status.IsEnded())
        {
            var isTaken = Status == AgentTaskStatus.Running;
            return task with { Status = Status, ChangedAt = now, StartedAt = isTaken ? now : task.StartedAt, TakenBy = isTaken ? Executor ?? task.TakenBy : task.TakenBy };
        }

        var context = task.Request?.Context;
        var seconds = DurationSeconds ?? Math.Clamp((now - (task.StartedAt ?? now)).TotalSeconds, 0, TaskRules.MaxDurationSeconds);
        return AgentTask.Ended(
            task,
            new TaskMetric(
                task.TaskId, task.TaskType, Model ?? task.Request?.Model ?? UnknownModel, seconds, Status, now, Executor ?? task.Executor, context?.PromptVariant,
                context?.SkillVersion, context?.AssignmentProbability, task.Goal, Usage, Error, OutputChars),
            now);
    }
}

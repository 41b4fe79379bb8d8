using System.Globalization;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>Open tasks that wait for each other.</summary>
internal sealed class DependencyCycle : IReviewRule
{
    public const string Id = "DEPENDENCY_CYCLE";

    public IEnumerable<Observation> Look(PipelineState state)
    {
        var dependencies = new TaskDependencies(state.Open);
        foreach (var cycle in dependencies.Cycles())
        {
            yield return new Observation(
                Id, Severity.High, cycle[0], $"These tasks wait for each other: {string.Join(" -> ", cycle.Append(cycle[0]).Take(10))}.", "Remove one of the dependencies.", cycle);
        }
    }
}

/// <summary>Tasks that others of higher priority wait for.</summary>
internal sealed class HeldUpTask : IReviewRule
{
    public const string Id = "PRIORITY_INVERSION";

    public IEnumerable<Observation> Look(PipelineState state)
    {
        var dependencies = new TaskDependencies(state.Open);
        var first = dependencies.FirstWaiting(TaskDependencies.ByPriority(state.Open));
        foreach (var task in state.Pending.Where(task => task.Request is not null))
        {
            if (first.GetValueOrDefault(task.TaskId) is { } urgent && urgent.Request!.Priority < task.Request!.Priority)
            {
                var waiting = dependencies.CountWaiting(task.TaskId);
                yield return new Observation(
                    Id, Severity.Medium, task.TaskId,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The task has priority {task.Request.Priority}, but '{urgent.TaskId}' of priority {urgent.Request.Priority} waits for it{(waiting > 1 ? string.Create(CultureInfo.InvariantCulture, $", and {TaskDependencies.Counted(waiting)} in all") : "")}."),
                    string.Create(CultureInfo.InvariantCulture, $"Give it priority {urgent.Request.Priority}."), [task.TaskId, urgent.TaskId]);
            }
        }
    }
}

/// <summary>Tasks whose dependency has failed.</summary>
internal sealed class BlockedTask : IReviewRule
{
    public const string Id = "BLOCKED_TASK";

    public IEnumerable<Observation> Look(PipelineState state)
    {
        var failed = state.Ended.Where(task => task.Status != AgentTaskStatus.Completed).Select(task => task.TaskId).ToHashSet(StringComparer.Ordinal);
        return
            from task in state.Pending
            let cause = task.Request?.DependsOn?.FirstOrDefault(failed.Contains)
            where cause is not null
            select new Observation(Id, Severity.Medium, task.TaskId, $"The task waits for '{cause}', which did not complete.", "Do the other one again, or remove the dependency.", [task.TaskId, cause]);
    }
}

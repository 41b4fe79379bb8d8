using System.Globalization;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Queue;

/// <summary>A pending task at its place in the order in which tasks are to be done.</summary>
/// <param name="Position">From 1.</param>
/// <param name="EffectivePriority">The first of its own priority and those of the open tasks that wait for it, directly or not.</param>
/// <param name="GoalIsLate">Its goal, or that of a task that waits for it, is stalled or will not be reached by its date.</param>
/// <param name="Unblocks">How many open tasks wait for it, directly or not; at most 100 are counted.</param>
/// <param name="WaitsFor">Its dependencies that have not completed: it is not handed out before they have.</param>
/// <param name="Reason">Why it stands there, in words.</param>
public sealed record OrderedTask(
    int Position, string TaskId, string TaskType, int Priority, int EffectivePriority, string? Goal, bool GoalIsLate, int Unblocks, IReadOnlyList<string> WaitsFor, string Reason);

/// <param name="Pending">How many tasks are pending, with those that are not shown.</param>
/// <param name="Cycles">Tasks that wait for each other: none of them can ever be handed out.</param>
public sealed record PriorityReport(int Pending, IReadOnlyList<OrderedTask> Tasks, IReadOnlyList<IReadOnlyList<string>> Cycles);

/// <summary>
/// The order in which pending tasks are to be done: by the priority that they have or that waits for them, then those of a goal that is late, then those
/// that more tasks wait for, then the oldest. A task comes before those that wait for it.
/// </summary>
public sealed class TaskOrder(TaskStore tasks, GoalStore goals)
{
    public async Task<PriorityReport> ReportAsync(int limit, CancellationToken cancellationToken)
    {
        var open = await tasks.OpenAsync(cancellationToken);
        var dependencies = new TaskDependencies(open);
        var ranked = await RankAsync(open, dependencies, _ => true, cancellationToken);
        var shown = new List<OrderedTask>();
        foreach (var (index, rank) in ranked.Take(limit).Index())
        {
            var (task, waits) = (rank.Task, await WaitsForAsync(rank.Task, cancellationToken));
            shown.Add(new OrderedTask(
                index + 1, task.TaskId, task.TaskType, task.Request!.Priority, rank.Priority, task.Goal, rank.LateGoal is not null, rank.Unblocks, waits, ReasonOf(rank, waits)));
        }

        return new PriorityReport(ranked.Count, shown, [.. dependencies.Cycles()]);
    }

    /// <summary>The pending tasks of some types in order, whether they can be done yet or not.</summary>
    internal async Task<IReadOnlyList<AgentTask>> PendingAsync(Func<AgentTask, bool> isWanted, CancellationToken cancellationToken)
    {
        var open = await tasks.OpenAsync(cancellationToken);
        return [.. (await RankAsync(open, new TaskDependencies(open), isWanted, cancellationToken)).Select(rank => rank.Task)];
    }

    /// <summary>The dependencies of a task that have not completed.</summary>
    internal async Task<IReadOnlyList<string>> WaitsForAsync(AgentTask task, CancellationToken cancellationToken)
    {
        if (task.Request!.DependsOn is not { Count: > 0 } dependencies)
        {
            return [];
        }

        var stored = await tasks.FindAsync(dependencies, cancellationToken);
        return [.. dependencies.Where((_, index) => stored[index]?.Status != AgentTaskStatus.Completed)];
    }

    private async Task<List<Rank>> RankAsync(IReadOnlyList<AgentTask> open, TaskDependencies dependencies, Func<AgentTask, bool> isWanted, CancellationToken cancellationToken)
    {
        var late = await LateGoalsAsync(open, cancellationToken);
        var urgent = dependencies.FirstWaiting(TaskDependencies.ByPriority(open));
        var awaited = dependencies.FirstWaiting(TaskDependencies.ByPriority(open.Where(task => task.Goal is { } goal && late.Contains(goal))));
        return
        [
            .. open.Where(task => task is { Status: AgentTaskStatus.Pending, Request: not null } && isWanted(task))
                .Select(task => RankOf(task, urgent.GetValueOrDefault(task.TaskId)))
                .OrderBy(rank => rank.Priority).ThenBy(rank => rank.LateGoal is null).ThenByDescending(rank => rank.Unblocks)
                .ThenBy(rank => rank.Task.CreatedAt).ThenBy(rank => rank.Task.TaskId, StringComparer.Ordinal),
        ];

        Rank RankOf(AgentTask task, AgentTask? first)
        {
            var isUrgent = first?.Request!.Priority < task.Request!.Priority;
            var goal = task.Goal is { } own && late.Contains(own) ? own : awaited.GetValueOrDefault(task.TaskId)?.Goal;
            return new Rank(task, isUrgent ? first!.Request!.Priority : task.Request!.Priority, isUrgent ? first!.TaskId : null, goal, dependencies.CountWaiting(task.TaskId));
        }
    }

    private async Task<HashSet<string>> LateGoalsAsync(IReadOnlyList<AgentTask> open, CancellationToken cancellationToken)
    {
        var late = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in open.Select(task => task.Goal).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await goals.FindAsync(id, cancellationToken) is { } goal && (await goals.StatusAsync(goal, cancellationToken)).IsLate)
            {
                late.Add(id);
            }
        }

        return late;
    }

    private static string ReasonOf(Rank rank, IReadOnlyList<string> waitsFor)
    {
        var parts = new List<string>
        {
            rank.Urgent is null
                ? string.Create(CultureInfo.InvariantCulture, $"priority {rank.Priority}")
                : string.Create(CultureInfo.InvariantCulture, $"priority {rank.Priority} of '{rank.Urgent}', which waits for it"),
        };
        if (rank.LateGoal is { } goal)
        {
            parts.Add($"goal '{goal}' is late");
        }

        if (rank.Unblocks > 0)
        {
            parts.Add($"{TaskDependencies.Counted(rank.Unblocks)} {(rank.Unblocks == 1 ? "waits" : "wait")} for it");
        }

        if (waitsFor.Count > 0)
        {
            parts.Add($"waits for {string.Join(", ", waitsFor.Take(3).Select(id => $"'{id}'"))}{(waitsFor.Count > 3 ? " and others" : "")}");
        }

        return string.Join("; ", parts);
    }

    /// <param name="Urgent">The task of a higher priority that waits for it.</param>
    private sealed record Rank(AgentTask Task, int Priority, string? Urgent, string? LateGoal, int Unblocks);
}

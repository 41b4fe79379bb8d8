using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Reviews.Rules;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;

namespace FunctionsEval.Agents.Queue;

/// <param name="Executor">Who takes the task.</param>
/// <param name="TaskTypes">The types that it can do; all when missing.</param>
public sealed record NextTaskRequest(string Executor, IReadOnlyList<string>? TaskTypes = null);

/// <param name="Task">Now running; null when there is none to hand out.</param>
/// <param name="Reason">Why there is none.</param>
public sealed record NextTask(AgentTask? Task, string? Reason = null);

/// <summary>Hands out pending tasks.</summary>
public sealed class TaskQueue(TaskStore tasks, TaskOrder order, FindingStore findings, AgentThresholds thresholds, TimeProvider clock)
{
    private const int MaxSteps = 1_000;

    /// <summary>Takes the first task of <see cref="TaskOrder"/> whose dependencies have completed.</summary>
    public async Task<NextTask> TakeAsync(NextTaskRequest request, CancellationToken cancellationToken)
    {
        if (thresholds.Usage.Throttle && (await findings.ReportAsync(withResolved: false, cancellationToken)).Findings.FirstOrDefault(finding => finding.Rule == UsageSpike.CostId && finding.NeedsAttention) is { } spike)
        {
            return new NextTask(null, $"Throttled: {spike.Message}");
        }

        var pending = await order.PendingAsync(task => request.TaskTypes is null || request.TaskTypes.Contains(task.TaskType, StringComparer.Ordinal), cancellationToken);
        foreach (var candidate in pending)
        {
            if ((await order.WaitsForAsync(candidate, cancellationToken)).Count > 0)
            {
                continue;
            }

            var now = clock.GetUtcNow();
            AgentTask? taken = null;
            await tasks.ChangeAsync(
                candidate.TaskId,
                task => taken = task is { Status: AgentTaskStatus.Pending } ? new TaskUpdate(AgentTaskStatus.Running, Executor: request.Executor).ApplyTo(task, now) : null,
                cancellationToken);
            if (taken is not null)
            {
                return new NextTask(taken);
            }
        }

        return new NextTask(null, pending.Count == 0 ? "No task is pending." : $"All {pending.Count} pending tasks wait for others.");
    }

    /// <summary>The way from the task over its dependencies back to itself; null when there is none.</summary>
    public async Task<IReadOnlyList<string>?> CycleAsync(TaskRequest request, CancellationToken cancellationToken)
    {
        var cameFrom = new Dictionary<string, string>(StringComparer.Ordinal);
        var next = new Queue<string>();
        foreach (var dependency in request.DependsOn ?? [])
        {
            cameFrom.TryAdd(dependency, request.TaskId);
            next.Enqueue(dependency);
        }

        for (var step = 0; step < MaxSteps && next.TryDequeue(out var id); step++)
        {
            foreach (var dependency in (await tasks.FindAsync(id, cancellationToken))?.Request?.DependsOn ?? [])
            {
                if (dependency == request.TaskId)
                {
                    return WayTo(id, request.TaskId, cameFrom);
                }

                if (cameFrom.TryAdd(dependency, id))
                {
                    next.Enqueue(dependency);
                }
            }
        }

        return null;
    }

    private static List<string> WayTo(string last, string start, Dictionary<string, string> cameFrom)
    {
        List<string> way = [start];
        for (var id = last; id != start; id = cameFrom[id])
        {
            way.Insert(0, id);
        }

        way.Insert(0, start);
        return way;
    }
}

using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Metrics;

/// <summary>Whose tasks are counted: those that agents report, the cells of runs, or both.</summary>
public enum TaskSource
{
    All,
    Agents,
    Runs,
}

/// <summary>Adds roll-ups of days up to what is reported of a window.</summary>
public sealed class TaskMetrics(TaskStore tasks, RunTasks runTasks, TimeProvider clock)
{
    public async Task<MetricsReport> ReportAsync(int windowDays, TaskSource source, CancellationToken cancellationToken)
    {
        var to = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var from = to.AddDays(-windowDays);
        return MetricsReport.Of(windowDays, from, to, await SumAsync(from, source, cancellationToken));
    }

    internal async Task<DayRollUp> SumAsync(DateOnly from, TaskSource source, CancellationToken cancellationToken)
    {
        var sum = new DayRollUp();
        if (source is TaskSource.All or TaskSource.Agents)
        {
            sum.Merge(await tasks.SumAsync(from, cancellationToken));
        }

        if (source is TaskSource.All or TaskSource.Runs)
        {
            await runTasks.AddAsync(sum, from, cancellationToken);
        }

        return sum;
    }
}

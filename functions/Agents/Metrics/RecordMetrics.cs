using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Metrics;

public enum MetricOutcome
{
    /// <summary>The task had not ended before.</summary>
    Recorded,

    /// <summary>The same was reported before.</summary>
    Unchanged,

    /// <summary>Something else was reported before, and is replaced as the caller asked.</summary>
    Amended,

    /// <summary>Something else was reported before; nothing is changed.</summary>
    Conflict,
}

/// <summary>Takes reports of ended tasks. A task counts once, however often it is reported.</summary>
public sealed class RecordMetrics(TaskStore tasks, GoalStore goals, TimeProvider clock)
{
    /// <summary>The outcome of each, in order. One conflict, and none of them is stored.</summary>
    public async Task<IReadOnlyList<MetricOutcome>> RecordAsync(IReadOnlyList<TaskMetric> metrics, bool amend, CancellationToken cancellationToken)
    {
        var stored = await tasks.FindAsync([.. metrics.Select(metric => metric.TaskId)], cancellationToken);
        var outcomes = metrics.Zip(stored, (metric, task) => OutcomeOf(task, metric, amend)).ToArray();
        if (outcomes.Contains(MetricOutcome.Conflict))
        {
            return outcomes;
        }

        var now = clock.GetUtcNow();
        var changes = metrics.Index()
            .Where(entry => outcomes[entry.Index] != MetricOutcome.Unchanged)
            .OrderBy(entry => entry.Item.CreatedAt ?? now)
            .Select(entry => new TaskChange(entry.Item.TaskId, task =>
            {
                // Somebody else may have reported it meanwhile.
                var outcome = outcomes[entry.Index] = OutcomeOf(task, entry.Item, amend);
                return outcome is MetricOutcome.Recorded or MetricOutcome.Amended ? AgentTask.Ended(task, entry.Item, now) : null;
            }));
        await tasks.ChangeAsync(changes, cancellationToken);
        await goals.TakeInAsync(stored.Where(task => task is not null).Zip(metrics.Where((_, index) => stored[index] is not null), (task, metric) => AgentTask.Ended(task, metric, now)), cancellationToken);
        return outcomes;
    }

    private static MetricOutcome OutcomeOf(AgentTask? task, TaskMetric metric, bool amend) => task?.Metric switch
    {
        null => MetricOutcome.Recorded,
        { } known when known == metric with { CreatedAt = metric.CreatedAt ?? known.CreatedAt } => MetricOutcome.Unchanged,
        _ => amend ? MetricOutcome.Amended : MetricOutcome.Conflict,
    };
}

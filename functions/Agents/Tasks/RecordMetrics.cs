using FunctionsEval.Agents.Goals;

namespace FunctionsEval.Agents.Tasks;

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
                return outcome is MetricOutcome.Recorded or MetricOutcome.Amended ? Ended(task, entry.Item, now) : null;
            }));
        await tasks.ChangeAsync(changes, cancellationToken);
        await goals.TakeInAsync(stored.Where(task => task is not null).Zip(metrics.Where((_, index) => stored[index] is not null), (task, metric) => Ended(task, metric, now)), cancellationToken);
        return outcomes;
    }

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

    private static MetricOutcome OutcomeOf(AgentTask? task, TaskMetric metric, bool amend) => task?.Metric switch
    {
        null => MetricOutcome.Recorded,
        { } known when known == metric with { CreatedAt = metric.CreatedAt ?? known.CreatedAt } => MetricOutcome.Unchanged,
        _ => amend ? MetricOutcome.Amended : MetricOutcome.Conflict,
    };
}

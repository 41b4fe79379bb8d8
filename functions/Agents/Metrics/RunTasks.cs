using FunctionsEval.Agents.Tasks;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Metrics;

/// <summary>
/// Every cell of a run is a task too. It is not stored a second time: the cells of a run that has ended are added up by day once, the first time
/// that somebody asks, and what runs still is known by its counters, without durations.
/// </summary>
public sealed class RunTasks(RunStore runs, CellLedger cells, IEntityStore entities, TimeProvider clock)
{
    public const string TaskType = "cell";
    public const string Executor = "functionseval";

    internal async Task AddAsync(DayRollUp sum, DateOnly from, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        await foreach (var run in runs.AllAsync(cancellationToken))
        {
            if (run.Status.IsFinished() && DateOnly.FromDateTime((run.Course.CompletedAt ?? run.CreatedAt).UtcDateTime) < from)
            {
                continue;
            }

            var days = run.Status.IsFinished() ? await DaysOfEndedAsync(run, cancellationToken) : [(today, await OfCountersAsync(run, cancellationToken))];
            foreach (var (day, rollUp) in days)
            {
                if (day >= from)
                {
                    sum.Merge(rollUp);
                }
            }
        }
    }

    private async Task<IReadOnlyList<(DateOnly Day, DayRollUp RollUp)>> DaysOfEndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        // An extension adds cells.
        var partition = TableKeys.AgentRun(run.RunId, run.Course.Extension);
        var known = new List<(DateOnly, DayRollUp)>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.AgentTasks, partition), cancellationToken))
        {
            known.Add((TableKeys.DayOf(row.RowKey), TaskBucket.RollUpOf(row)));
        }

        if (known.Count > 0)
        {
            return known;
        }

        var days = new SortedDictionary<DateOnly, DayRollUp>();
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            var day = DateOnly.FromDateTime(cell.CompletedAt.UtcDateTime);
            if (!days.TryGetValue(day, out var rollUp))
            {
                days[day] = rollUp = new DayRollUp();
            }

            rollUp.Add(MetricOf(run.Variants[cell.Address.Variant], cell));
        }

        // In one transaction: some of the days would look like all of them.
        if (days.Count is > 0 and <= EntityBatches.MaxOperations)
        {
            await entities.SubmitAsync(TableKeys.AgentTasks, [.. days.Select(day => EntityOperation.Upsert(TaskBucket.DayRow(partition, TableKeys.AgentDay(day.Key), day.Value)))], cancellationToken);
        }

        return [.. days.Select(day => (day.Key, day.Value))];
    }

    private async Task<DayRollUp> OfCountersAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var rollUp = new DayRollUp();
        foreach (var (variant, counts) in (await cells.CountAsync(run, cancellationToken)).Index())
        {
            if (counts.Finished > 0)
            {
                rollUp.Cells[KeyOf(run.Variants[variant])] = RollUpCounts.Of(counts);
            }
        }

        return rollUp;
    }

    private static RollUpKey KeyOf(Variant variant) => new(TaskType, variant.Model, Executor, variant.Name);

    private static TaskMetric MetricOf(Variant variant, CellRecord cell) => new(
        cell.Address.RowKey,
        TaskType,
        variant.Model,
        Math.Clamp((cell.CompletedAt - cell.StartedAt).TotalSeconds, 0, TaskRules.MaxDurationSeconds),
        cell.Outcome == CellOutcome.Failed ? AgentTaskStatus.Failed : AgentTaskStatus.Completed,
        cell.CompletedAt,
        Executor,
        variant.Name,
        Usage: new TaskUsage(cell.InputTokens, cell.OutputTokens, cell.Calls + cell.LostCalls, (double?)cell.CostUsd));
}

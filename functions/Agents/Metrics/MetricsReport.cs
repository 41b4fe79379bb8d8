using FunctionsEval.Agents.Tasks;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Agents.Metrics;

/// <summary>What the tasks of a window of whole UTC days came to.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">The last day, today.</param>
public sealed record MetricsReport(
    int WindowDays,
    DateOnly From,
    DateOnly To,
    SuccessRate SuccessRate,
    ExecutionTime ExecutionTime,
    IReadOnlyDictionary<string, GroupMetrics> ByTaskType,
    IReadOnlyDictionary<string, GroupMetrics> ByModel,
    IReadOnlyDictionary<string, GroupMetrics> ByExecutor,
    IReadOnlyDictionary<string, GroupMetrics> ByPromptVariant,
    IReadOnlyDictionary<string, GroupMetrics> BySkillVersion,
    UsageMetrics Usage)
{
    internal static MetricsReport Of(int windowDays, DateOnly from, DateOnly to, DayRollUp all)
    {
        var total = all.Total();
        return new MetricsReport(
            windowDays,
            from,
            to,
            SuccessRate.Of(total),
            ExecutionTime.Of(all.Seconds),
            By(all, key => key.TaskType),
            By(all, key => key.Model),
            By(all, key => key.Executor),
            By(all, key => key.PromptVariant),
            By(all, key => key.SkillVersion),
            UsageMetrics.Of(total));
    }

    private static SortedDictionary<string, GroupMetrics> By(DayRollUp all, Func<RollUpKey, string?> value)
    {
        var groups = new SortedDictionary<string, GroupMetrics>(StringComparer.Ordinal);
        foreach (var group in all.Cells.Where(cell => value(cell.Key) is not null).GroupBy(cell => value(cell.Key)!, StringComparer.Ordinal))
        {
            var sum = new RollUpCounts();
            foreach (var (_, cell) in group)
            {
                sum.Merge(cell);
            }

            groups[group.Key] = GroupMetrics.Of(sum);
        }

        return groups;
    }
}

/// <param name="Total">All that ended: one that timed out has not succeeded.</param>
/// <param name="Rate">completed / total, to two decimals; 0 without tasks.</param>
public sealed record SuccessRate(long Completed, long Failed, long TimedOut, long Total, double Rate)
{
    internal static SuccessRate Of(RollUpCounts counts) => new(counts.Completed, counts.Failed, counts.TimedOut, counts.Tasks, GroupMetrics.Rate(counts));
}

/// <summary>
/// Durations of all ended tasks. A percentile is an observed one, without interpolation: of n durations in order, the one at index
/// floor(n/2) or floor(0.95 n), counted from 0, rounded to whole seconds (half to even).
/// </summary>
public sealed record ExecutionTime(int P50Seconds, int P95Seconds)
{
    internal static ExecutionTime Of(IReadOnlyDictionary<int, long> seconds)
    {
        var total = seconds.Values.Sum();
        if (total == 0)
        {
            return new ExecutionTime(0, 0);
        }

        var ordered = seconds.OrderBy(entry => entry.Key).ToList();
        return new ExecutionTime(At(ordered, total / 2), At(ordered, total * 95 / 100));
    }

    private static int At(List<KeyValuePair<int, long>> ordered, long index)
    {
        var before = 0L;
        foreach (var (seconds, count) in ordered)
        {
            before += count;
            if (before > index)
            {
                return seconds;
            }
        }

        return ordered[^1].Key;
    }
}

/// <param name="AvgDuration">Seconds, to one decimal.</param>
public sealed record GroupMetrics(long Count, long Completed, long Failed, long TimedOut, double SuccessRate, double AvgDuration, UsageMetrics Usage)
{
    internal static GroupMetrics Of(RollUpCounts counts) => new(
        counts.Tasks, counts.Completed, counts.Failed, counts.TimedOut, Rate(counts),
        counts.Tasks == 0 ? 0 : Math.Round(counts.Milliseconds / 1000.0 / counts.Tasks, 1), UsageMetrics.Of(counts));

    internal static double Rate(RollUpCounts counts) => counts.Tasks == 0 ? 0 : Math.Round((double)counts.Completed / counts.Tasks, 2);
}

/// <param name="Tokens">Input and output together.</param>
/// <param name="Calls">Of models.</param>
/// <param name="TasksWithUsage">Those that reported any of it.</param>
/// <param name="TasksWithCost">Those whose cost is known.</param>
public sealed record UsageMetrics(long Tokens, long InputTokens, long OutputTokens, decimal CostUsd, long Calls, long TasksWithUsage, long TasksWithCost)
{
    internal static UsageMetrics Of(RollUpCounts counts) => new(
        counts.InputTokens + counts.OutputTokens, counts.InputTokens, counts.OutputTokens, Money.FromNanos(counts.CostNanos), counts.Calls, counts.WithUsage, counts.Costs.Values);
}

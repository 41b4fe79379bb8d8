using System.Globalization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Statistics;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>Types of tasks that wait while none of them is worked on.</summary>
internal sealed class StuckPhase(PipelineThresholds thresholds) : IReviewRule
{
    public const string Id = "STUCK_PHASE";

    public IEnumerable<Observation> Look(PipelineState state)
    {
        var patience = TimeSpan.FromMinutes(thresholds.StuckMinutes);
        foreach (var type in state.Open.GroupBy(task => task.TaskType, StringComparer.Ordinal))
        {
            var ready = type.Where(task => task.Status == AgentTaskStatus.Pending && task.Request?.DependsOn is null or { Count: 0 }).ToList();
            if (ready.Count == 0 || type.Any(task => task.Status == AgentTaskStatus.Running))
            {
                continue;
            }

            var oldest = ready.MinBy(task => task.ChangedAt)!;
            var last = state.Ended.LastOrDefault(task => task.TaskType == type.Key)?.EndedAt;
            var since = last > oldest.ChangedAt ? last.Value : oldest.ChangedAt;
            if (state.Now - since >= patience)
            {
                yield return new Observation(
                    Id, Severity.High, type.Key,
                    string.Create(CultureInfo.InvariantCulture, $"{ready.Count} tasks of type {type.Key} are pending, none runs, and nothing has moved for {(state.Now - since).TotalMinutes:F0} minutes."),
                    "See whether an executor takes this type.", [.. ready.Take(10).Select(task => task.TaskId)]);
            }
        }
    }
}

/// <summary>Tasks that run far longer than their type ever takes: their executor is gone.</summary>
internal sealed class OrphanTask(PipelineThresholds thresholds) : IReviewRule
{
    public const string Id = "ORPHAN_TASK";

    private const double TimesUsual = 4;

    public IEnumerable<Observation> Look(PipelineState state)
    {
        var usual = state.Ended.GroupBy(task => task.TaskType, StringComparer.Ordinal).ToDictionary(
            type => type.Key, type => type.Select(task => task.Metric!.DurationSeconds).Order().ElementAt(type.Count() * 95 / 100), StringComparer.Ordinal);
        foreach (var task in state.Open.Where(task => task is { Status: AgentTaskStatus.Running, StartedAt: not null }))
        {
            var runs = state.Now - task.StartedAt!.Value;
            if (runs.TotalSeconds >= Math.Max(thresholds.OrphanMinutes * 60, TimesUsual * usual.GetValueOrDefault(task.TaskType)))
            {
                yield return new Observation(
                    Id, Severity.High, task.TaskId, string.Create(CultureInfo.InvariantCulture, $"The task ({task.TaskType}) has run for {runs.TotalHours:F1} hours on {task.Executor ?? "an unknown executor"}."),
                    "See whether its executor lives; set it to pending, or report it as failed.", [task.TaskId]);
            }
        }
    }
}

/// <summary>Types of tasks that time out more often than they may.</summary>
internal sealed class TimeoutPattern(PipelineThresholds thresholds) : IReviewRule
{
    public const string Id = "TIMEOUT_PATTERN";

    public IEnumerable<Observation> Look(PipelineState state) => Shares.Above(
        state.EndedWithin(Shares.Day), task => task.TaskType, task => task.Status == AgentTaskStatus.TimedOut, thresholds.TimeoutShare, thresholds.MinTasks,
        (type, share) => new Observation(
            Id, Severity.High, type, $"Of {share.Tasks} tasks of type {type} within a day {share.Hits} timed out.", "Split the tasks, or give them more time.", share.Evidence));
}

/// <summary>Executors whose tasks fail.</summary>
internal sealed class ExecutorFailing(PipelineThresholds thresholds) : IReviewRule
{
    public const string Id = "EXECUTOR_FAILING";

    public IEnumerable<Observation> Look(PipelineState state) => Shares.Above(
        state.EndedWithin(Shares.Day).Where(task => task.Executor is not null), task => task.Executor!, task => task.Status == AgentTaskStatus.Failed, thresholds.FailureShare, thresholds.MinTasks,
        (executor, share) => new Observation(
            Id, Severity.High, executor, $"Of {share.Tasks} tasks of executor {executor} within a day {share.Hits} failed.", "Look at its log and its access to models.", share.Evidence));
}

/// <summary>Failures of the same kind, whatever numbers, paths and names their errors hold.</summary>
internal sealed class RepeatedFailures(PipelineThresholds thresholds) : IReviewRule
{
    public const string Id = "REPEATED_FAILURES";

    public IEnumerable<Observation> Look(PipelineState state) =>
        from task in state.EndedWithin(Shares.Day)
        where task.Status == AgentTaskStatus.Failed && !string.IsNullOrWhiteSpace(task.Metric?.Error)
        group task by (task.TaskType, Signature: FailureSignature.Of(task.Metric!.Error!)) into alike
        where alike.Count() >= thresholds.RepeatedFailures
        select new Observation(
            Id, Severity.High, $"{alike.Key.TaskType}: {alike.Key.Signature}",
            $"{alike.Count()} tasks of type {alike.Key.TaskType} failed alike within a day: {Http.Excerpt.Of(alike.Last().Metric!.Error!)}",
            "Mend the cause before more tasks run into it.", [.. alike.Select(task => task.TaskId).Take(20)]);
}

/// <summary>Tasks that completed and put out nothing.</summary>
internal sealed class EmptyOutput : IReviewRule
{
    public const string Id = "EMPTY_OUTPUT";

    public IEnumerable<Observation> Look(PipelineState state) =>
        from task in state.EndedWithin(Shares.Day)
        where task is { Status: AgentTaskStatus.Completed, Metric.OutputChars: 0 }
        group task by task.TaskType into empty
        select new Observation(
            Id, Severity.High, empty.Key, $"{empty.Count()} tasks of type {empty.Key} completed within a day without any output.", "See what their executor took for success.",
            [.. empty.Select(task => task.TaskId).Take(20)]);
}

/// <summary>A success rate of the week that is too low, by type.</summary>
internal sealed class LowSuccessRate(PipelineThresholds thresholds) : IReviewRule
{
    public const string Id = "LOW_SUCCESS_RATE";

    public IEnumerable<Observation> Look(PipelineState state) => Shares.Above(
        state.Ended, task => task.TaskType, task => task.Status != AgentTaskStatus.Completed, 1 - thresholds.SuccessRate, thresholds.MinTasks,
        (type, share) => new Observation(
            Id, Severity.Medium, type, string.Create(CultureInfo.InvariantCulture, $"Of {share.Tasks} tasks of type {type} within a week {share.Tasks - share.Hits} completed ({100 * (1 - ((double)share.Hits / share.Tasks)):F0}%)."),
            "Look at the failures of this type.", share.Evidence));
}

/// <summary>Shares that are above a limit beyond chance.</summary>
internal static class Shares
{
    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // A review looks often: an interval of 95% would cry wolf.
    private const double Level = 0.99;

    public sealed record Share(int Tasks, int Hits, IReadOnlyList<string> Evidence);

    public static IEnumerable<Observation> Above(
        IEnumerable<AgentTask> tasks, Func<AgentTask, string> key, Func<AgentTask, bool> isHit, double limit, int minTasks, Func<string, Share, Observation> observe)
    {
        foreach (var group in tasks.GroupBy(key, StringComparer.Ordinal))
        {
            var all = group.ToList();
            var hits = all.Where(isHit).ToList();
            if (all.Count >= minTasks && WilsonInterval.OfProportion(hits.Count, all.Count, Level)!.Lower > limit)
            {
                yield return observe(group.Key, new Share(all.Count, hits.Count, [.. hits.TakeLast(20).Select(task => task.TaskId)]));
            }
        }
    }
}

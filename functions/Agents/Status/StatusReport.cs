using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Status;

/// <summary>How the agents do, on one page.</summary>
/// <param name="Overall">going_well or needs_attention: no flag of attention and no open finding of high severity.</param>
/// <param name="Reasons">Why it needs attention.</param>
/// <param name="Findings">The ten that matter most.</param>
public sealed record StatusReport(
    string Overall,
    DateTimeOffset GeneratedAt,
    IReadOnlyList<string> Reasons,
    QueueStatus Queue,
    ExecutionStatus Execution,
    Attention Attention,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<GoalStatus> Goals)
{
    public const string GoingWell = "going_well";
    public const string NeedsAttention = "needs_attention";
}

/// <param name="OldestPendingSeconds">How long the task that waits longest has waited.</param>
/// <param name="Mix">A warning when at least five tasks are pending and 80% of them are of one type.</param>
public sealed record QueueStatus(int Pending, int Running, int NeedsDecision, double? OldestPendingSeconds, IReadOnlyDictionary<string, PhaseStatus> ByTaskType, string? Mix);

/// <summary>Open tasks of a type, and those that ended within a week.</summary>
public sealed record PhaseStatus(int Pending, int Running, int NeedsDecision, int Completed, int Failed, int TimedOut);

/// <summary>Tasks of agents that ended within a week.</summary>
public sealed record ExecutionStatus(SuccessRate SuccessRate, ExecutionTime ExecutionTime, double TasksPerDay, UsageMetrics Usage, IReadOnlyDictionary<string, int> FailureSignatures);

/// <summary>
/// What may be wrong right now. stuck: tasks are pending, none runs, and one has waited longer than ten minutes. repeated_failures: the last three tasks
/// that ended failed. output_empty, executor_fail: one of the last five completed, or failed, tasks put out nothing. low_success_rate: at least
/// ten tasks within a week, and less than 80% completed.
/// </summary>
public sealed record Attention(
    bool Stuck, bool RepeatedFailures, bool OutputEmpty, bool ExecutorFail, bool LowSuccessRate, IReadOnlyList<string> Flags, IReadOnlyDictionary<string, PhaseStatus> ByPhase)
{
    /// <summary>The phases that are always told, beside those that there are.</summary>
    public static readonly IReadOnlyList<string> Phases = ["spec", "impl", "test", "review"];

    private const double StuckSeconds = 600;
    private const int LastEnded = 3;
    private const int LastOutputs = 5;
    private const int MinTasks = 10;
    private const double MinRate = 0.8;

    internal static Attention Of(PipelineState state, IReadOnlyDictionary<string, PhaseStatus> phases)
    {
        var pending = state.Pending.ToList();
        var completed = state.Ended.Count(task => task.Status == AgentTaskStatus.Completed);
        var failed = state.Ended.Where(task => task.Status == AgentTaskStatus.Failed);
        var flags = new (string Name, bool IsUp)[]
        {
            ("stuck", pending.Count > 0 && state.Open.All(task => task.Status != AgentTaskStatus.Running) && pending.Max(task => state.Now - task.ChangedAt).TotalSeconds > StuckSeconds),
            ("repeated_failures", state.Ended.Count >= LastEnded && state.Ended.TakeLast(LastEnded).All(task => task.Status == AgentTaskStatus.Failed)),
            ("output_empty", state.Ended.Where(task => task.Status == AgentTaskStatus.Completed).TakeLast(LastOutputs).Any(task => task.Metric!.OutputChars == 0)),
            ("executor_fail", failed.TakeLast(LastOutputs).Any(task => task.Metric!.OutputChars == 0)),
            ("low_success_rate", state.Ended.Count >= MinTasks && (double)completed / state.Ended.Count < MinRate),
        };
        var byPhase = Phases.ToDictionary(phase => phase, phase => phases.GetValueOrDefault(phase) ?? new PhaseStatus(0, 0, 0, 0, 0, 0), StringComparer.Ordinal);
        return new Attention(
            flags[0].IsUp, flags[1].IsUp, flags[2].IsUp, flags[3].IsUp, flags[4].IsUp, [.. flags.Where(flag => flag.IsUp).Select(flag => flag.Name)], byPhase);
    }
}

using FunctionsEval.Agents.Reviews.Rules;
using FunctionsEval.Agents.Thresholds;

namespace FunctionsEval.Agents.Reviews;

/// <summary>All rules about the agents' pipeline, with their thresholds.</summary>
public sealed class ReviewRules(AgentThresholds thresholds)
{
    /// <summary>Nobody reads more of one kind.</summary>
    private const int MaxOfRule = 50;

    private readonly IReviewRule[] _rules =
    [
        new StaleTask(thresholds.Queue),
        new UndecidedTask(thresholds.Queue),
        new DuplicateTasks(thresholds.Queue),
        new OvertakenTask(thresholds.Queue),
        new DependencyCycle(),
        new HeldUpTask(),
        new BlockedTask(),
        new StuckPhase(thresholds.Pipeline),
        new OrphanTask(thresholds.Pipeline),
        new TimeoutPattern(thresholds.Pipeline),
        new ExecutorFailing(thresholds.Pipeline),
        new RepeatedFailures(thresholds.Pipeline),
        new EmptyOutput(),
        new LowSuccessRate(thresholds.Pipeline),
        new BadVariant(thresholds.Pipeline),
        new UsageSpike(thresholds.Usage),
        new StalledGoal(),
        new OversizedItem(),
        new FailedCheck(),
        new FlakyTest(),
    ];

    internal IEnumerable<Observation> Look(PipelineState state) => _rules.SelectMany(rule => rule.Look(state).Take(MaxOfRule));
}

using System.Globalization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Statistics;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>Prompt variants that complete fewer tasks of a type than the other variants do.</summary>
internal sealed class BadVariant(PipelineThresholds thresholds) : IReviewRule
{
    public const string Id = "BAD_VARIANT";

    // Reviews look again and again at several variants: a false finding a year, not a week.
    private const double Level = 0.9999;

    public IEnumerable<Observation> Look(PipelineState state)
    {
        foreach (var type in state.Ended.Where(task => task.Metric?.PromptVariant is not null).GroupBy(task => task.TaskType, StringComparer.Ordinal))
        {
            var all = Successes.Of(type);
            foreach (var variant in type.GroupBy(task => task.Metric!.PromptVariant!, StringComparer.Ordinal))
            {
                var own = Successes.Of(variant);
                var others = all - own;
                if (Math.Min(own.Tasks, others.Tasks) >= thresholds.MinVariantTasks
                    && NewcombeInterval.OfDifference(own.Completed, own.Tasks, others.Completed, others.Tasks, Level).Upper < 0
                    && own.Rate < others.Rate - thresholds.VariantLoss)
                {
                    yield return new Observation(
                        Id, Severity.High, $"{type.Key}: {variant.Key}",
                        string.Create(CultureInfo.InvariantCulture, $"Prompt variant {variant.Key} completes {100 * own.Rate:F0}% of {own.Tasks} tasks of type {type.Key}, the others {100 * others.Rate:F0}% of {others.Tasks}."),
                        $"Take {variant.Key} out, and compare it by GET /api/agent/variants/compare.", [variant.Key]);
                }
            }
        }
    }

    private readonly record struct Successes(int Completed, int Tasks)
    {
        public double Rate => (double)Completed / Tasks;

        public static Successes Of(IEnumerable<AgentTask> tasks) =>
            tasks.Aggregate(default(Successes), (sum, task) => new(sum.Completed + (task.Status == AgentTaskStatus.Completed ? 1 : 0), sum.Tasks + 1));

        public static Successes operator -(Successes a, Successes b) => new(a.Completed - b.Completed, a.Tasks - b.Tasks);
    }
}

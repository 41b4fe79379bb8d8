using System.Globalization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>
/// Days that cost, or use, far more than their weekday is used to. The baseline of a day is the median of the days of the same kind (weekday or
/// weekend) within nine weeks; its spread is the median absolute deviation times 1.4826, which is the standard deviation of a normal distribution
/// (Rousseeuw and Croux 1993, doi:10.1080/01621459.1993.10476408). A spike does not move either of them.
/// </summary>
internal sealed class UsageSpike(UsageThresholds thresholds) : IReviewRule
{
    public const string CostId = "COST_SPIKE";
    public const string TokensId = "TOKEN_SPIKE";

    /// <summary>The day before is whole, and today may be a spike already.</summary>
    private const int DaysLookedAt = 2;

    private const double TokensPerUsd = 100_000;

    public IEnumerable<Observation> Look(PipelineState state) =>
    [
        .. Spikes(state, CostId, counts => (double)Money.FromNanos(counts.CostNanos), thresholds.MinUsd, value => string.Create(CultureInfo.InvariantCulture, $"{value:F2} US dollars")),
        .. Spikes(
            state, TokensId, counts => counts.InputTokens + counts.OutputTokens, thresholds.MinUsd * TokensPerUsd, value => string.Create(CultureInfo.InvariantCulture, $"{value:N0} tokens")),
    ];

    private IEnumerable<Observation> Spikes(PipelineState state, string rule, Func<RollUpCounts, double> measure, double least, Func<double, string> tell)
    {
        var values = state.Days.ToDictionary(day => day.Key, day => day.Value.Cells.Values.Sum(measure));
        for (var back = 0; back < DaysLookedAt; back++)
        {
            var day = state.Today.AddDays(-back);
            var like = values.Where(other => other.Key < state.Today.AddDays(1 - DaysLookedAt) && IsWeekend(other.Key) == IsWeekend(day)).Select(other => other.Value).ToList();
            if (like.Count < (IsWeekend(day) ? thresholds.MinBaselineDays / 2 : thresholds.MinBaselineDays) || !values.TryGetValue(day, out var value))
            {
                continue;
            }

            var usual = Median(like);
            var spread = Math.Max(1.4826 * Median([.. like.Select(other => Math.Abs(other - usual))]), usual / 20);
            if (value > usual + (thresholds.SpikeScore * spread) && value > thresholds.SpikeRatio * usual && value - usual >= least)
            {
                yield return new Observation(
                    rule, Severity.High, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    $"{tell(value)} were used on {day:yyyy-MM-dd}; such a day is used to {tell(usual)}.", "See by type and model where it comes from (GET /api/agent/metrics?window_days=1).",
                    [.. state.Days[day].Cells.OrderByDescending(cell => measure(cell.Value)).Take(5).Select(cell => $"{cell.Key.TaskType}, {cell.Key.Model}: {tell(measure(cell.Value))}")]);
            }
        }
    }

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    private static double Median(IReadOnlyList<double> values)
    {
        var ordered = values.Order().ToList();
        return (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
    }
}

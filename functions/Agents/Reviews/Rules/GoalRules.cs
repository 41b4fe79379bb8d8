using System.Globalization;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>Goals that nothing has been done for.</summary>
internal sealed class StalledGoal : IReviewRule
{
    public const string Id = "STALLED_GOAL";

    public IEnumerable<Observation> Look(PipelineState state) =>
        from goal in state.Goals
        where goal.Stalled
        select new Observation(
            Id, Severity.Medium, goal.Goal.GoalId,
            string.Create(CultureInfo.InvariantCulture, $"Nothing has been done for goal '{goal.Goal.Name}' since {goal.LastProgressAt:yyyy-MM-dd}; it stands at {goal.Percent:0.#}%."),
            "See what its next items wait for.", [.. goal.Backlog.Where(item => item.DoneAt is null).Take(5).Select(item => item.ItemId)]);
}

/// <summary>Open items that are too large to be done as one task.</summary>
internal sealed class OversizedItem : IReviewRule
{
    public const string Id = "OVERSIZED_ITEM";

    private const double MaxWeight = 8;
    private const int MaxWords = 120;

    public IEnumerable<Observation> Look(PipelineState state) =>
        from goal in state.Goals
        from item in goal.Backlog
        where item.DoneAt is null && (item.Weight >= MaxWeight || item.Text.Count(unit => unit == ' ') >= MaxWords)
        select new Observation(
            Id, Severity.Low, $"{goal.Goal.GoalId}/{item.ItemId}",
            string.Create(CultureInfo.InvariantCulture, $"Backlog item {item.ItemId} of goal '{goal.Goal.Name}' has weight {item.Weight:0.##}: {Http.Excerpt.Of(item.Text)}"),
            "Split it into items that are done one by one.", [item.ItemId]);
}

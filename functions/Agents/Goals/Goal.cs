using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Goals;

/// <summary>What tasks are for, with a measure of success.</summary>
public sealed record Goal(string GoalId, string Name, GoalTarget Target, DateTimeOffset CreatedAt);

/// <param name="Name">In words.</param>
public sealed record GoalRequest(string Name, GoalTarget? Target = null);

/// <summary>When a goal is reached: so many items are done, or such a share of their weight; all of it where neither is given.</summary>
/// <param name="Share">0..1 of the weight.</param>
/// <param name="Date">The day by which.</param>
public sealed record GoalTarget(int? Count = null, double? Share = null, DateOnly? Date = null);

/// <summary>Work that is known. Its id comes from its text, so that importing a backlog again finds it.</summary>
/// <param name="DoneAt">When a task for it completed, or its box was ticked; null while it is open.</param>
/// <param name="DoneBy">The task that completed it.</param>
public sealed record BacklogItem(string ItemId, string Text, double Weight, int Position, DateTimeOffset? DoneAt = null, string? DoneBy = null);

/// <summary>Where a goal stands.</summary>
/// <param name="Percent">Weight of the items that are done, of the weight of all; to one decimal.</param>
/// <param name="Reached">The target is met, whatever the date.</param>
/// <param name="Stalled">Not reached, and nothing has been done for the days of the settings.</param>
/// <param name="Forecast">Null when it is reached, or nothing was done within four weeks.</param>
/// <param name="InTime">Whether the forecast is before the target's date; null without one of them.</param>
public sealed record GoalStatus(
    Goal Goal,
    int Items,
    int ItemsDone,
    double Weight,
    double WeightDone,
    double Percent,
    bool Reached,
    bool Stalled,
    DateTimeOffset LastProgressAt,
    GoalForecast? Forecast,
    bool? InTime,
    IReadOnlyList<BacklogItem> Backlog)
{
    [JsonIgnore]
    public bool IsLate => Stalled || (InTime == false && !Reached);
}

/// <summary>When the target will be met if items go on being done as within the last four weeks, with an interval of 80% from the counts of a Poisson process.</summary>
/// <param name="Latest">Null when it could be any time.</param>
public sealed record GoalForecast(DateOnly Date, DateOnly Earliest, DateOnly? Latest, double ItemsPerDay, int ItemsLeft);

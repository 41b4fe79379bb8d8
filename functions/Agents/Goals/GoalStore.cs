using System.Text.Json;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Statistics;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Goals;

/// <summary>The goals and their backlogs. An item is done when a task that names its goal and item completes.</summary>
public sealed class GoalStore(IEntityStore entities, AgentThresholds thresholds, TimeProvider clock)
{
    private const double ForecastLevel = 0.8;
    private const int ReadOneByOne = 5;
    private static readonly TimeSpan LearnedFrom = TimeSpan.FromDays(28);

    /// <summary>Adds a goal, or changes its name and target.</summary>
    public async Task<Goal> PutAsync(string goalId, GoalRequest request, CancellationToken cancellationToken)
    {
        var known = await FindAsync(goalId, cancellationToken);
        var goal = new Goal(goalId, request.Name, request.Target ?? new GoalTarget(), known?.CreatedAt ?? clock.GetUtcNow());
        var row = new Entity(TableKeys.AllGoals, goalId);
        row.SetText("goal", JsonSerializer.Serialize(goal, GoalsJson.Context.Goal));
        await entities.SubmitAsync(TableKeys.AgentGoals, EntityOperation.Upsert(row), cancellationToken);
        return goal;
    }

    public async Task<Goal?> FindAsync(string goalId, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.AgentGoals, TableKeys.AllGoals, goalId, cancellationToken) is { } row ? GoalOf(row) : null;

    /// <summary>Makes the items the goal's backlog: known ones keep when they were done, and those that are no longer listed go.</summary>
    public async Task ImportAsync(string goalId, IReadOnlyList<BacklogItem> items, CancellationToken cancellationToken)
    {
        var known = (await ItemsAsync(goalId, cancellationToken)).ToDictionary(item => item.ItemId, StringComparer.Ordinal);
        var kept = items.Select(item => known.GetValueOrDefault(item.ItemId) is { DoneAt: { } at } done ? item with { DoneAt = at, DoneBy = done.DoneBy } : item).ToList();
        await EntityBatches.UpsertAsync(entities, TableKeys.AgentGoals, [.. kept.Select(item => RowOf(goalId, item))], cancellationToken);
        foreach (var gone in known.Keys.Except(kept.Select(item => item.ItemId), StringComparer.Ordinal).Chunk(EntityBatches.MaxOperations))
        {
            await entities.SubmitAsync(TableKeys.AgentGoals, [.. gone.Select(id => EntityOperation.Delete(TableKeys.BacklogOf(goalId), id))], cancellationToken);
        }
    }

    /// <summary>Takes in tasks that have completed; doing it again changes nothing.</summary>
    public async Task TakeInAsync(IEnumerable<AgentTask> ended, CancellationToken cancellationToken)
    {
        var completed = ended.Where(task => task is { Status: AgentTaskStatus.Completed, Request: { Goal: not null, BacklogItem: not null } });
        foreach (var goal in completed.GroupBy(task => task.Request!.Goal!, StringComparer.Ordinal))
        {
            // Of many tasks few are news: a backlog is read at once then, instead of an item for each.
            var tasks = goal.ToList();
            var open = tasks.Count <= ReadOneByOne ? null
                : (await ItemsAsync(goal.Key, cancellationToken)).Where(item => item.DoneAt is null).Select(item => item.ItemId).ToHashSet(StringComparer.Ordinal);
            foreach (var task in tasks.Where(task => open?.Contains(task.Request!.BacklogItem!) != false))
            {
                await TakeInAsync(goal.Key, task, cancellationToken);
            }
        }
    }

    private async Task TakeInAsync(string goal, AgentTask task, CancellationToken cancellationToken)
    {
        if (await entities.FindAsync(TableKeys.AgentGoals, TableKeys.BacklogOf(goal), task.Request!.BacklogItem!, cancellationToken) is { } row && ItemOf(row) is { DoneAt: null } open)
        {
            var done = RowOf(goal, open with { DoneAt = task.EndedAt, DoneBy = task.TaskId });
            done.ETag = row.ETag;
            await entities.SubmitAsync(TableKeys.AgentGoals, EntityOperation.Replace(done), cancellationToken);
        }
    }

    public async Task<IReadOnlyList<GoalStatus>> AllAsync(CancellationToken cancellationToken)
    {
        var all = new List<GoalStatus>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.AgentGoals, TableKeys.AllGoals), cancellationToken))
        {
            all.Add(await StatusAsync(GoalOf(row), cancellationToken));
        }

        return all;
    }

    public async Task<GoalStatus> StatusAsync(Goal goal, CancellationToken cancellationToken)
    {
        var (items, now) = (await ItemsAsync(goal.GoalId, cancellationToken), clock.GetUtcNow());
        var done = items.Where(item => item.DoneAt is not null).ToList();
        var (weight, weightDone) = (items.Sum(item => item.Weight), done.Sum(item => item.Weight));
        var left = ItemsLeft(goal.Target, items, done, weight, weightDone);
        var last = done.Select(item => item.DoneAt!.Value).Append(goal.CreatedAt).Max();
        var forecast = left == 0 ? null : Forecast(done.Count(item => now - item.DoneAt <= LearnedFrom), left, now - goal.CreatedAt, now);
        return new GoalStatus(
            goal, items.Count, done.Count, weight, weightDone, weight == 0 ? 0 : Math.Round(100 * weightDone / weight, 1), left == 0,
            left > 0 && items.Count > 0 && (now - last).TotalDays >= thresholds.Proposals.StalledDays, last, forecast,
            forecast is null || goal.Target.Date is null ? null : forecast.Date <= goal.Target.Date, items);
    }

    private static int ItemsLeft(GoalTarget target, IReadOnlyList<BacklogItem> items, List<BacklogItem> done, double weight, double weightDone)
    {
        if (target.Count is { } count)
        {
            return Math.Max(0, count - done.Count);
        }

        var missing = ((target.Share ?? 1) * weight) - weightDone;
        return items.Count == 0 ? 1 : missing <= 1e-9 ? 0 : (int)Math.Ceiling(missing / (weight / items.Count));
    }

    private static GoalForecast? Forecast(int done, int left, TimeSpan age, DateTimeOffset now)
    {
        var days = Math.Max(1, Math.Min(age.TotalDays, LearnedFrom.TotalDays));
        if (done == 0)
        {
            return null;
        }

        var rate = PoissonRateInterval.OfRate(done, days, ForecastLevel);
        DateOnly? In(double wait) => wait < 36_500 ? DateOnly.FromDateTime(now.UtcDateTime.AddDays(wait)) : null;
        return new GoalForecast(In(left / (done / days)) ?? DateOnly.MaxValue, In(left / rate.Upper) ?? DateOnly.MaxValue, In(left / rate.Lower), Math.Round(done / days, 3), left);
    }

    private async Task<IReadOnlyList<BacklogItem>> ItemsAsync(string goalId, CancellationToken cancellationToken)
    {
        var items = new List<BacklogItem>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.AgentGoals, TableKeys.BacklogOf(goalId)), cancellationToken))
        {
            items.Add(ItemOf(row));
        }

        return [.. items.OrderBy(item => item.Position)];
    }

    private static Entity RowOf(string goalId, BacklogItem item)
    {
        var row = new Entity(TableKeys.BacklogOf(goalId), item.ItemId);
        row.SetText("item", JsonSerializer.Serialize(item, GoalsJson.Context.BacklogItem));
        return row;
    }

    private static Goal GoalOf(Entity row) => JsonSerializer.Deserialize(row.GetText("goal")!, GoalsJson.Context.Goal)!;

    private static BacklogItem ItemOf(Entity row) => JsonSerializer.Deserialize(row.GetText("item")!, GoalsJson.Context.BacklogItem)!;
}

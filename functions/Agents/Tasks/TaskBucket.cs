using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Tasks;

/// <summary>A change of one task. <paramref name="Change"/> gets what is stored and gives what shall be; null or the same leaves it. It may be called more than once.</summary>
public sealed record TaskChange(string TaskId, Func<AgentTask?, AgentTask?> Change);

/// <summary>
/// One of the partitions that tasks are spread over by their id. A task has a row that says where it lies, and one that holds it: among the
/// open ones, or among the ended ones by time. Both, and the roll-up of the day it ended on, change in one transaction, so that a task is
/// counted once whatever breaks off.
/// </summary>
internal sealed class TaskBucket(IEntityStore entities, string partition) : IDisposable
{
    // A change takes at most three operations: the place, what was there, what is there now.
    private const int MaxChanges = 28;
    private const int MaxDays = 16;
    private const int MaxTries = 50;
    private const int MaxKeptDays = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);

    // What this process wrote last; when another one wrote since, the replacement is refused and the row is read anew.
    private readonly Dictionary<string, (string? ETag, DayRollUp RollUp)> _days = new(StringComparer.Ordinal);

    public async Task<AgentTask?> FindAsync(string taskId, CancellationToken cancellationToken) => (await LoadAsync(taskId, cancellationToken)).Task;

    public async Task ChangeAsync(IReadOnlyList<TaskChange> changes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var tries = 0;
            for (var done = 0; done < changes.Count;)
            {
                var applied = await TryChangeAsync([.. changes.Skip(done).Take(MaxChanges)], cancellationToken);
                tries = applied == 0 ? tries + 1 : 0;
                done += applied;
                if (tries == MaxTries)
                {
                    throw new StorageException("Another process changes the same tasks all the time; try again.");
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>How many of them are applied: none when something else changed in between.</summary>
    private async Task<int> TryChangeAsync(IReadOnlyList<TaskChange> changes, CancellationToken cancellationToken)
    {
        var stored = await Task.WhenAll(changes.Select(change => LoadAsync(change.TaskId, cancellationToken)));
        var days = new Dictionary<string, DayRollUp>(StringComparer.Ordinal);
        var isApplied = false;
        try
        {
            var (operations, taken) = await OperationsOfAsync(changes, stored, days, cancellationToken);
            var rows = days.Select(day => DayRow(partition, day.Key, day.Value, _days[day.Key].ETag)).ToList();
            operations.AddRange(rows.Select(row => row.ETag is null ? EntityOperation.Insert(row) : EntityOperation.Replace(row)));
            isApplied = operations.Count == 0 || (await entities.SubmitAsync(TableKeys.AgentTasks, operations, cancellationToken)).IsApplied;
            if (!isApplied)
            {
                return 0;
            }

            rows.ForEach(row => _days[row.RowKey] = (row.ETag, days[row.RowKey]));
            return taken;
        }
        finally
        {
            if (!isApplied)
            {
                // What was counted into them is not stored.
                days.Keys.ToList().ForEach(day => _days.Remove(day));
            }
        }
    }

    private async Task<(List<EntityOperation> Operations, int Taken)> OperationsOfAsync(
        IReadOnlyList<TaskChange> changes, IReadOnlyList<StoredTask> stored, Dictionary<string, DayRollUp> days, CancellationToken cancellationToken)
    {
        var operations = new List<EntityOperation>();
        var taken = 0;
        foreach (var (change, before) in changes.Zip(stored))
        {
            if (days.Count + 2 > MaxDays)
            {
                break;
            }

            if (change.Change(before.Task) is { } after && after != before.Task)
            {
                operations.AddRange(OperationsOf(before, after));
                await CountAsync(days, before.Task, -1, cancellationToken);
                await CountAsync(days, after, 1, cancellationToken);
            }

            taken++;
        }

        return (operations, taken);
    }

    private IEnumerable<EntityOperation> OperationsOf(StoredTask before, AgentTask after)
    {
        var place = PlaceOf(after);
        var head = new Entity(partition, TableKeys.AgentTask(after.TaskId)) { ["place"] = place, ETag = before.ETag };
        yield return before.ETag is null ? EntityOperation.Insert(head) : EntityOperation.Replace(head);
        if (before.Task is { } was && PlaceOf(was) != place)
        {
            yield return EntityOperation.Delete(partition, PlaceOf(was));
        }

        var row = new Entity(partition, place);
        row.SetText("task", JsonSerializer.Serialize(after, TasksJson.Context.AgentTask));
        yield return EntityOperation.Upsert(row);
    }

    private async Task CountAsync(Dictionary<string, DayRollUp> days, AgentTask? task, int sign, CancellationToken cancellationToken)
    {
        if (task is not { EndedAt: { } ended, Metric: { } metric })
        {
            return;
        }

        var day = TableKeys.AgentDay(ended);
        if (!_days.TryGetValue(day, out var known))
        {
            if (_days.Count >= MaxKeptDays)
            {
                _days.Keys.Except(days.Keys, StringComparer.Ordinal).ToList().ForEach(old => _days.Remove(old));
            }

            var row = await entities.FindAsync(TableKeys.AgentTasks, partition, day, cancellationToken);
            _days[day] = known = (row?.ETag, row is null ? new DayRollUp() : RollUpOf(row));
        }

        days[day] = known.RollUp;
        if (sign > 0)
        {
            known.RollUp.Add(metric);
        }
        else
        {
            known.RollUp.Remove(metric);
        }
    }

    private async Task<StoredTask> LoadAsync(string taskId, CancellationToken cancellationToken)
    {
        while (await entities.FindAsync(TableKeys.AgentTasks, partition, TableKeys.AgentTask(taskId), cancellationToken) is { } head)
        {
            // Between the two reads it may have moved.
            if (await entities.FindAsync(TableKeys.AgentTasks, partition, head.GetString("place")!, cancellationToken) is { } row)
            {
                return new StoredTask(head.ETag, TaskOf(row));
            }
        }

        return new StoredTask(null, null);
    }

    public static AgentTask TaskOf(Entity row) => JsonSerializer.Deserialize(row.GetText("task")!, TasksJson.Context.AgentTask)!;

    public static DayRollUp RollUpOf(Entity row) => DayRollUp.Parse(RollUpBytesOf(row));

    public static byte[] RollUpBytesOf(Entity row) => row.GetLongBytes("rollUp");

    private static string PlaceOf(AgentTask task) => task.EndedAt is { } ended ? TableKeys.AgentEnded(ended, task.TaskId) : TableKeys.AgentOpen(task.TaskId);

    public static Entity DayRow(string partition, string day, DayRollUp rollUp, string? etag = null)
    {
        var row = new Entity(partition, day) { ETag = etag };
        row.SetLongBytes("rollUp", rollUp.ToBytes());
        return row;
    }

    private sealed record StoredTask(string? ETag, AgentTask? Task);
}

using System.Runtime.CompilerServices;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Tasks;

/// <summary>The tasks of agents and the roll-ups of their days.</summary>
public sealed class TaskStore : IDisposable
{
    private const string Mark = "mark";
    private const string Tasks = "tasks";

    /// <summary>A row holds a mebibyte. A day of more tasks, about ten thousand in one partition, is read task by task each time.</summary>
    private const int MaxKeptBytes = 900_000;

    private readonly IEntityStore _entities;
    private readonly Dictionary<string, TaskBucket> _buckets;

    public TaskStore(IEntityStore entities)
    {
        _entities = entities;
        _buckets = TableKeys.Buckets.ToDictionary(bucket => bucket, bucket => new TaskBucket(entities, bucket), StringComparer.Ordinal);
    }

    public Task<AgentTask?> FindAsync(string taskId, CancellationToken cancellationToken) => BucketOf(taskId).FindAsync(taskId, cancellationToken);

    /// <summary>Of each id the task, or null.</summary>
    public async Task<IReadOnlyList<AgentTask?>> FindAsync(IReadOnlyList<string> taskIds, CancellationToken cancellationToken) =>
        await Task.WhenAll(taskIds.Select(id => FindAsync(id, cancellationToken)));

    /// <summary>What is stored once the change is made.</summary>
    public async Task<AgentTask?> ChangeAsync(string taskId, Func<AgentTask?, AgentTask?> change, CancellationToken cancellationToken)
    {
        AgentTask? result = null;
        await ChangeAsync([new TaskChange(taskId, stored => result = change(stored) ?? stored)], cancellationToken);
        return result;
    }

    public Task ChangeAsync(IEnumerable<TaskChange> changes, CancellationToken cancellationToken) => Task.WhenAll(
        changes.GroupBy(change => BucketOf(change.TaskId)).Select(group => group.Key.ChangeAsync([.. group], cancellationToken)));

    /// <summary>All tasks that have not ended, in no order.</summary>
    public async Task<IReadOnlyList<AgentTask>> OpenAsync(CancellationToken cancellationToken)
    {
        var open = new List<AgentTask>();
        foreach (var bucket in _buckets.Keys)
        {
            await foreach (var row in RowsAsync(bucket, TableKeys.AllAgentOpen, cancellationToken))
            {
                open.Add(TaskBucket.TaskOf(row));
            }
        }

        return open;
    }

    /// <summary>
    /// The tasks that ended from then to then. Of a day that has not changed since it was kept they are read from one row for each partition; a change of
    /// any of its tasks changes its roll-up in the same transaction, and with it the mark that what was kept has to bear.
    /// </summary>
    public async Task<EndedTasks> EndedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (ended, added, changed) = (new List<AgentTask>(), new List<AgentTask>(), new List<Entity>());
        await Parallel.ForEachAsync(_buckets.Keys, cancellationToken, async (bucket, token) =>
        {
            // The marks first: a task that ends while its day is read leaves it with a mark that is out of date already.
            var marks = await RowsOfDaysAsync(bucket, TableKeys.AgentDay(from), TableKeys.AgentDay(to), token).ToListAsync(token);
            var kept = await RowsOfDaysAsync(bucket, TableKeys.AgentKeptDay(from), TableKeys.AgentKeptDay(to), token).ToDictionaryAsync(row => TableKeys.DayOf(row.RowKey), cancellationToken: token);
            foreach (var (day, mark) in marks.Select(row => (TableKeys.DayOf(row.RowKey), row.ETag!)))
            {
                var row = kept.GetValueOrDefault(day);
                var before = row is null ? [] : EndedDay.Parse(row.GetLongBytes(Tasks));
                var now = row?.GetString(Mark) == mark ? before : await EndedOnAsync(bucket, day, token);
                var since = now == before ? [] : now.Except(before).ToList();
                lock (ended)
                {
                    ended.AddRange(now.Where(task => task.EndedAt >= from && task.EndedAt < to));
                    added.AddRange(since);
                    if (now != before && KeptRow(bucket, day, mark, now) is { } changedRow)
                    {
                        changed.Add(changedRow);
                    }
                }
            }
        });
        ended.Sort(static (a, b) => (a.EndedAt!.Value, a.TaskId).CompareTo((b.EndedAt!.Value, b.TaskId)));
        return new EndedTasks(ended, added, changed);
    }

    /// <summary>Keeps the days that were read task by task; what was <see cref="EndedTasks.Added"/> is not any more from then on.</summary>
    public async Task KeepAsync(EndedTasks ended, CancellationToken cancellationToken)
    {
        foreach (var bucket in ended.Changed.GroupBy(row => row.PartitionKey, StringComparer.Ordinal))
        {
            await EntityBatches.UpsertAsync(_entities, TableKeys.AgentTasks, [.. bucket], cancellationToken);
        }
    }

    /// <summary>A page of tasks: open ones by id, ended ones by time within a partition.</summary>
    public async Task<(IReadOnlyList<AgentTask> Tasks, string? Continuation)> PageAsync(
        bool areOpen, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var prefix = areOpen ? TableKeys.AllAgentOpen : TableKeys.AllAgentEnded;
        var query = new EntityQuery(TableKeys.AgentTasks, RowFrom: prefix, RowTo: TableKeys.EndOf(prefix), PageSize: pageSize);
        var page = await _entities.QueryPageAsync(query, continuation, cancellationToken);
        return ([.. page.Entities.Select(TaskBucket.TaskOf)], page.ContinuationToken);
    }

    /// <summary>The roll-ups by day, from a day on.</summary>
    internal async Task<SortedDictionary<DateOnly, DayRollUp>> DaysAsync(DateOnly from, CancellationToken cancellationToken)
    {
        var days = new SortedDictionary<DateOnly, DayRollUp>();
        await Parallel.ForEachAsync(_buckets.Keys, cancellationToken, async (bucket, token) =>
        {
            var own = new Dictionary<DateOnly, DayRollUp>();
            var query = new EntityQuery(TableKeys.AgentTasks, bucket, RowFrom: TableKeys.AgentDay(from), RowTo: TableKeys.EndOf(TableKeys.AllAgentDays));
            await foreach (var row in _entities.QueryAsync(query, token))
            {
                own.Add(TableKeys.DayOf(row.RowKey), TaskBucket.RollUpOf(row));
            }

            lock (days)
            {
                foreach (var (day, rollUp) in own)
                {
                    if (!days.TryAdd(day, rollUp))
                    {
                        days[day].Merge(rollUp);
                    }
                }
            }
        });
        return days;
    }

    /// <summary>All roll-ups from a day on as one.</summary>
    internal async Task<DayRollUp> SumAsync(DateOnly from, CancellationToken cancellationToken)
    {
        var sum = new DayRollUp();
        await Parallel.ForEachAsync(_buckets.Keys.Chunk((_buckets.Count + 1) / 2), cancellationToken, async (half, token) =>
        {
            var own = new DayRollUp();
            foreach (var bucket in half)
            {
                var query = new EntityQuery(TableKeys.AgentTasks, bucket, RowFrom: TableKeys.AgentDay(from), RowTo: TableKeys.EndOf(TableKeys.AllAgentDays));
                await foreach (var row in _entities.QueryAsync(query, token))
                {
                    own.Merge(TaskBucket.RollUpBytesOf(row));
                }
            }

            lock (sum)
            {
                sum.Merge(own);
            }
        });
        return sum;
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }

    private async Task<List<AgentTask>> EndedOnAsync(string bucket, DateOnly day, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(TableKeys.AgentTasks, bucket, RowFrom: TableKeys.AgentEndedOn(day), RowTo: TableKeys.AgentEndedOn(day.AddDays(1)));
        return await _entities.QueryAsync(query, cancellationToken).Select(row => EndedDay.Short(TaskBucket.TaskOf(row))).ToListAsync(cancellationToken);
    }

    /// <summary>The rows of days from one to another, both included.</summary>
    private IAsyncEnumerable<Entity> RowsOfDaysAsync(string bucket, string first, string last, CancellationToken cancellationToken) =>
        _entities.QueryAsync(new EntityQuery(TableKeys.AgentTasks, bucket, RowFrom: first, RowTo: TableKeys.EndOf(last)), cancellationToken);

    private static Entity? KeptRow(string bucket, DateOnly day, string mark, IReadOnlyList<AgentTask> tasks)
    {
        var bytes = EndedDay.ToBytes(tasks);
        if (bytes.Length > MaxKeptBytes)
        {
            return null;
        }

        var row = new Entity(bucket, TableKeys.AgentKeptDay(day)) { [Mark] = mark };
        row.SetLongBytes(Tasks, bytes);
        return row;
    }

    private async IAsyncEnumerable<Entity> RowsAsync(string bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in _entities.QueryAsync(new EntityQuery(TableKeys.AgentTasks, bucket, RowFrom: prefix, RowTo: TableKeys.EndOf(prefix)), cancellationToken))
        {
            yield return row;
        }
    }

    private TaskBucket BucketOf(string taskId) => _buckets[TableKeys.Bucket(taskId)];
}

/// <summary>Tasks that ended, in short: as <see cref="EndedDay"/> writes them.</summary>
/// <param name="All">Oldest first.</param>
/// <param name="Added">Those that ended, or changed, since their day was last kept.</param>
/// <param name="Changed">The days to keep.</param>
public sealed record EndedTasks(IReadOnlyList<AgentTask> All, IReadOnlyList<AgentTask> Added, IReadOnlyList<Entity> Changed);

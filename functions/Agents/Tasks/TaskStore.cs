using System.Runtime.CompilerServices;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Tasks;

/// <summary>The tasks of agents and the roll-ups of their days.</summary>
public sealed class TaskStore : IDisposable
{
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

    /// <summary>The tasks that ended from then to then, oldest first.</summary>
    public async Task<IReadOnlyList<AgentTask>> EndedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var ended = new List<AgentTask>();
        foreach (var bucket in _buckets.Keys)
        {
            var query = new EntityQuery(TableKeys.AgentTasks, bucket, RowFrom: TableKeys.AgentEnded(from, ""), RowTo: TableKeys.AgentEnded(to, ""));
            await foreach (var row in _entities.QueryAsync(query, cancellationToken))
            {
                ended.Add(TaskBucket.TaskOf(row));
            }
        }

        ended.Sort(static (a, b) => (a.EndedAt!.Value, a.TaskId).CompareTo((b.EndedAt!.Value, b.TaskId)));
        return ended;
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

    private async IAsyncEnumerable<Entity> RowsAsync(string bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in _entities.QueryAsync(new EntityQuery(TableKeys.AgentTasks, bucket, RowFrom: prefix, RowTo: TableKeys.EndOf(prefix)), cancellationToken))
        {
            yield return row;
        }
    }

    private TaskBucket BucketOf(string taskId) => _buckets[TableKeys.Bucket(taskId)];
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FunctionsEval.Durable.Engine;
using FunctionsEval.Durable.Protocol;
using FunctionsEval.Storage;

namespace FunctionsEval.Hosting.StandAlone;

/// <summary>
/// The embedded engine's history as entities. An instance is one partition: a state, its input, and one row per commit with all events
/// of that turn (more rows where they are large). The state names the commits that count, so it is the commit point: whatever else lies
/// in the partition means nothing. Instances that are not settled have a row in the partition <c>open</c>, written before the first
/// commit and deleted after the last, so that a crash in between leaves only a row too many.
/// </summary>
internal sealed class EntityHistoryStore(IEntityStore store, CancellationToken ownershipLost) : IHistoryStore
{
    public const string Table = "orchestrations";

    private const string OpenPartition = "open";
    private const string StateRow = "state";
    private const string InputRow = "input";
    private const string HistoryRow = "turn";
    private const int OperationsPerSubmission = 100;

    // Below the 4 MiB that a submission may have, with room for names, keys and JSON around the bytes.
    private const int BytesPerSubmission = 3 * EntityBytes.BytesPerRow;

    private readonly ConcurrentDictionary<string, bool> _open = new(StringComparer.Ordinal);

    public async Task AppendAsync(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken)
    {
        VerifyOwnership();
        string[] opened = [.. commits.Where(commit => !commit.State.IsSettled).Select(commit => commit.State.InstanceId).Where(id => !_open.ContainsKey(id))];
        await SubmitAllAsync(opened.Select(id => EntityOperation.Upsert(new Entity(OpenPartition, id))), cancellationToken);
        foreach (var id in opened)
        {
            _open[id] = true;
        }

        await Task.WhenAll(commits.Select(commit => WriteAsync(commit, cancellationToken)));

        string[] settled = [.. commits.Where(commit => commit.State.IsSettled).Select(commit => commit.State.InstanceId).Where(_open.ContainsKey)];
        await Task.WhenAll(settled.Chunk(OperationsPerSubmission).Select(ids => CloseAsync(ids, cancellationToken)));
    }

    public async IAsyncEnumerable<StoredInstance> LoadUnsettledAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VerifyOwnership();
        var left = new List<string>();
        await foreach (var row in store.QueryAsync(new EntityQuery(Table, PartitionKey: OpenPartition), cancellationToken))
        {
            if (await LoadAsync(row.RowKey, withHistory: true, cancellationToken) is { State.IsSettled: false } stored)
            {
                _open[row.RowKey] = true;
                yield return stored;
            }
            else
            {
                left.Add(row.RowKey);
            }
        }

        foreach (var ids in left.Chunk(OperationsPerSubmission))
        {
            await CloseAsync(ids, cancellationToken);
        }
    }

    public async Task<StoredInstance?> LoadAsync(string instanceId, bool withHistory, CancellationToken cancellationToken)
    {
        var partition = Partition(instanceId);
        var stateBytes = await ReadAsync(partition, StateRow, cancellationToken);
        if (stateBytes is null)
        {
            return null;
        }

        var inputBytes = await ReadAsync(partition, InputRow, cancellationToken);
        var state = HistoryCodec.DecodeState(stateBytes, inputBytes is { Length: > 0 } ? Encoding.UTF8.GetString(inputBytes, 1, inputBytes.Length - 1) : null);
        return new StoredInstance(state, withHistory ? await ReadHistoryAsync(state, cancellationToken) : []);
    }

    public async Task PurgeAsync(string instanceId, CancellationToken cancellationToken)
    {
        VerifyOwnership();
        var partition = Partition(instanceId);

        // The state goes first: without it the rest is nothing, whatever happens next.
        await store.SubmitAsync(Table, EntityOperation.Delete(partition, EntityBytes.RowKey(StateRow, 0)), cancellationToken);
        await DeleteRowsAsync(new EntityQuery(Table, PartitionKey: partition), cancellationToken);
    }

    private async Task WriteAsync(HistoryCommit commit, CancellationToken cancellationToken)
    {
        var state = commit.State;
        var partition = Partition(state.InstanceId);
        var rows = new List<Entity>();
        if (commit.Events.Count > 0)
        {
            rows.AddRange(EntityBytes.ToRows(partition, CommitRow(commit.Number), HistoryCodec.Encode(commit.Events)));
            if (commit.Number == state.FirstCommit)
            {
                rows.AddRange(EntityBytes.ToRows(partition, InputRow, state.Input is null ? [] : Encoding.UTF8.GetBytes('=' + state.Input)));
            }
        }

        // The state's first row makes the commit count, so it is written last, or together with the rest.
        var stateRows = EntityBytes.ToRows(partition, StateRow, HistoryCodec.Encode(state));
        Describe(stateRows[0], state);
        rows.AddRange(stateRows.AsEnumerable().Reverse());
        await SubmitAllAsync(rows.Select(EntityOperation.Upsert), cancellationToken);
        if (state.FirstCommit > commit.TrimFrom)
        {
            await DeleteRowsAsync(
                new EntityQuery(Table, PartitionKey: partition, RowFrom: CommitRow(0), RowTo: CommitRow(state.FirstCommit)), cancellationToken);
        }
    }

    /// <summary>Columns for people and tools that look at the table; the engine reads the bytes.</summary>
    private static void Describe(Entity row, InstanceState state)
    {
        row["name"] = state.Name;
        row["status"] = state.Status.ToString();
        row["createdAt"] = state.CreatedAt;
        row["lastUpdatedAt"] = state.LastUpdatedAt;
    }

    private async Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(InstanceState state, CancellationToken cancellationToken)
    {
        var history = new List<HistoryEvent>();
        var bytes = new EntityBytes.Reader();
        var query = new EntityQuery(
            Table, PartitionKey: Partition(state.InstanceId), RowFrom: CommitRow(state.FirstCommit), RowTo: CommitRow(state.NextCommit));
        await foreach (var row in store.QueryAsync(query, cancellationToken))
        {
            if (bytes.Add(row) is { } whole)
            {
                history.AddRange(HistoryCodec.DecodeEvents(whole));
            }
        }

        return history;
    }

    private async Task<byte[]?> ReadAsync(string partition, string name, CancellationToken cancellationToken)
    {
        var bytes = new EntityBytes.Reader();
        byte[]? whole = null;
        for (var part = 0; whole is null; part++)
        {
            if (await store.FindAsync(Table, partition, EntityBytes.RowKey(name, part), cancellationToken) is not { } row)
            {
                return null;
            }

            whole = bytes.Add(row);
        }

        return whole;
    }

    /// <summary>In order, as few submissions as the limits allow; only the operations of one submission are atomic.</summary>
    private async Task SubmitAllAsync(IEnumerable<EntityOperation> operations, CancellationToken cancellationToken)
    {
        var submission = new List<EntityOperation>();
        var bytes = 0;
        foreach (var operation in operations)
        {
            var size = EntityBytes.SizeOf(operation.Entity);
            if (submission.Count == OperationsPerSubmission || (submission.Count > 0 && bytes + size > BytesPerSubmission))
            {
                await store.SubmitAsync(Table, submission, cancellationToken);
                submission = [];
                bytes = 0;
            }

            submission.Add(operation);
            bytes += size;
        }

        if (submission.Count > 0)
        {
            await store.SubmitAsync(Table, submission, cancellationToken);
        }
    }

    private async Task CloseAsync(string[] ids, CancellationToken cancellationToken)
    {
        var result = await store.SubmitAsync(Table, [.. ids.Select(id => EntityOperation.Delete(OpenPartition, id))], cancellationToken);
        if (!result.IsApplied)
        {
            // One of them is gone already (a repeated write), which undid the whole submission: one by one then.
            foreach (var id in ids)
            {
                await store.SubmitAsync(Table, EntityOperation.Delete(OpenPartition, id), cancellationToken);
            }
        }

        foreach (var id in ids)
        {
            _open.TryRemove(id, out _);
        }
    }

    private async Task DeleteRowsAsync(EntityQuery query, CancellationToken cancellationToken)
    {
        var rows = new List<Entity>();
        await foreach (var row in store.QueryAsync(query, cancellationToken))
        {
            rows.Add(row);
        }

        foreach (var chunk in rows.Chunk(OperationsPerSubmission))
        {
            await store.SubmitAsync(Table, [.. chunk.Select(row => EntityOperation.Delete(row.PartitionKey, row.RowKey))], cancellationToken);
        }
    }

    private void VerifyOwnership()
    {
        if (ownershipLost.IsCancellationRequested)
        {
            throw new HistoryOwnershipLostException("The data store is owned by another process now; this one stops.");
        }
    }

    private static string Partition(string instanceId) => "i|" + instanceId;

    private static string CommitRow(long number) => string.Create(CultureInfo.InvariantCulture, $"{HistoryRow}|{number:D10}");
}

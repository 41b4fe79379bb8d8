using System.Runtime.CompilerServices;
using System.Text.Json;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Records;

/// <summary>The run rows and the items of each run.</summary>
public sealed class RunStore(IEntityStore entities)
{
    private const int WritesAtOnce = 4;

    public async Task AddAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var result = await entities.SubmitAsync(TableKeys.Runs, EntityOperation.Insert(ToEntity(run)), cancellationToken);
        if (!result.IsApplied)
        {
            throw new InvalidOperationException($"Run '{run.RunId}' could not be added: {result.Status}.");
        }
    }

    public async Task<RunRecord?> FindAsync(string runId, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Runs, TableKeys.AllRuns, runId, cancellationToken) is { } entity ? FromEntity(entity) : null;

    public async Task<RunRecord> GetAsync(string runId, CancellationToken cancellationToken) =>
        await FindAsync(runId, cancellationToken) ?? throw new InvalidOperationException($"Run '{runId}' is not in the store.");

    public Task RemoveAsync(string runId, CancellationToken cancellationToken) =>
        entities.SubmitAsync(TableKeys.Runs, EntityOperation.Delete(TableKeys.AllRuns, runId), cancellationToken);

    /// <summary>
    /// Changes a run as long as <paramref name="change"/> gives a new record; null leaves it as it is. Races are retried on the
    /// new state, so a late "running" can never overwrite a "completed".
    /// </summary>
    public async Task<RunRecord?> ChangeAsync(string runId, Func<RunRecord, RunRecord?> change, CancellationToken cancellationToken)
    {
        while (await entities.FindAsync(TableKeys.Runs, TableKeys.AllRuns, runId, cancellationToken) is { } entity)
        {
            if (change(FromEntity(entity)) is not { } changed)
            {
                return null;
            }

            var replacement = ToEntity(changed);
            replacement.ETag = entity.ETag;
            if ((await entities.SubmitAsync(TableKeys.Runs, EntityOperation.Replace(replacement), cancellationToken)).IsApplied)
            {
                return changed;
            }
        }

        return null;
    }

    /// <summary>Runs from an id on, newest first: the id of a run, or the characters that it begins with.</summary>
    public async IAsyncEnumerable<RunRecord> FromAsync(string? runId, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Runs, TableKeys.AllRuns, RowFrom: runId, PageSize: pageSize), cancellationToken))
        {
            yield return FromEntity(entity);
        }
    }

    /// <summary>Runs, newest first.</summary>
    public async Task<(IReadOnlyList<RunRecord> Runs, string? Continuation)> ListAsync(
        int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(TableKeys.Runs, TableKeys.AllRuns, PageSize: pageSize);
        var page = await entities.QueryPageAsync(query, continuation, cancellationToken);
        return ([.. page.Entities.Select(FromEntity)], page.ContinuationToken);
    }

    /// <summary>Ids of the runs for which models may be called. The others are left by their status alone: a server looks every few seconds.</summary>
    public async IAsyncEnumerable<string> ActiveAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] active = [JsonRules.Name(RunStatus.Pending), JsonRules.Name(RunStatus.Running)];
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Runs, TableKeys.AllRuns), cancellationToken))
        {
            if (active.Contains(entity.GetString("status")))
            {
                yield return entity.RowKey;
            }
        }
    }

    public async IAsyncEnumerable<RunRecord> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Runs, TableKeys.AllRuns), cancellationToken))
        {
            yield return FromEntity(entity);
        }
    }

    /// <summary>Writes items; writing them again changes nothing.</summary>
    /// <param name="items">By their number, each as <see cref="ScenarioJson"/> writes it.</param>
    public async Task AddItemsAsync(string runId, IAsyncEnumerable<(int Item, string Json)> items, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            items.Chunk(EntityBatches.MaxOperations),
            new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken },
            async (batch, token) => await EntityBatches.UpsertAsync(entities, TableKeys.Items, [.. batch.Select(item => ItemEntity(runId, item.Item, item.Json))], token));

    /// <summary>Writes candidates as items, with what they are a copy of.</summary>
    public async Task AddCandidatesAsync(string runId, IReadOnlyList<CandidateItem> candidates, CancellationToken cancellationToken)
    {
        var rows = candidates.Index().Select(entry =>
        {
            var row = ItemEntity(runId, entry.Index, ScenarioJson.Write(entry.Item.Scenario));
            row.SetText("candidate", JsonSerializer.Serialize(entry.Item.Candidate, RecordsJson.Context.CandidateSnapshot));
            return row;
        });
        await EntityBatches.UpsertAsync(entities, TableKeys.Items, [.. rows], cancellationToken);
    }

    /// <summary>The candidates of a triage run, in order.</summary>
    public async IAsyncEnumerable<CandidateSnapshot> CandidatesAsync(string runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Items, runId), cancellationToken))
        {
            yield return JsonSerializer.Deserialize(entity.GetText("candidate")!, RecordsJson.Context.CandidateSnapshot)!;
        }
    }

    public async Task RemoveItemsAsync(string runId, int count, CancellationToken cancellationToken)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(EntityBatches.MaxOperations))
        {
            await entities.SubmitAsync(
                TableKeys.Items, [.. batch.Select(item => EntityOperation.Delete(runId, TableKeys.Number(item)))], cancellationToken);
        }
    }

    public async Task<Scenario?> FindItemAsync(string runId, int item, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Items, runId, TableKeys.Number(item), cancellationToken) is { } entity ? ItemOf(entity) : null;

    /// <summary>All items of a run, in order.</summary>
    public async IAsyncEnumerable<Scenario> ItemsAsync(string runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Items, runId), cancellationToken))
        {
            yield return ItemOf(entity);
        }
    }

    /// <summary>Some items of a run: from an index on, at most so many.</summary>
    public async Task<IReadOnlyList<Scenario>> ItemsAsync(string runId, int from, int count, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(TableKeys.Items, runId, RowFrom: TableKeys.Number(from), RowTo: TableKeys.Number(from + count), PageSize: count);
        return await entities.QueryAsync(query, cancellationToken).Select(ItemOf).ToListAsync(cancellationToken);
    }

    private static Entity ItemEntity(string runId, int index, string json)
    {
        var entity = new Entity(runId, TableKeys.Number(index));
        entity.SetText("item", json);
        return entity;
    }

    private static Scenario ItemOf(Entity entity) => ScenarioJson.Read(entity.GetText("item")!);

    private static Entity ToEntity(RunRecord run)
    {
        var entity = new Entity(TableKeys.AllRuns, run.RunId)
        {
            ["status"] = JsonRules.Name(run.Status),
            ["name"] = run.Name,
            ["createdAt"] = run.CreatedAt,
        };

        entity.SetText("run", JsonSerializer.Serialize(run, RecordsJson.Context.RunRecord));
        return entity;
    }

    private static RunRecord FromEntity(Entity entity) => JsonSerializer.Deserialize(entity.GetText("run")!, RecordsJson.Context.RunRecord)!;
}

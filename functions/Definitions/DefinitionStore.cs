using System.Runtime.CompilerServices;
using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Storage;

namespace FunctionsEval.Definitions;

/// <summary>Definitions under the digest of their content: adding one twice is the same as adding it once, and none ever changes.</summary>
public sealed class DefinitionStore(IEntityStore entities, TimeProvider clock)
{
    private const int WritesAtOnce = 4;

    /// <summary>Gives the definition's id.</summary>
    public async Task<string> AddAsync(Definition definition, CancellationToken cancellationToken)
    {
        var id = DefinitionJson.IdOf(definition);
        if (await FindHeadAsync(id, cancellationToken) is not null)
        {
            return id;
        }

        // The head is written last, so a definition that has one is complete.
        await Parallel.ForEachAsync(
            definition.Scenarios.Index().Chunk(EntityBatches.MaxOperations),
            new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                var rows = batch.Select(scenario => ScenarioEntity(id, scenario.Index, scenario.Item));
                await EntityBatches.UpsertAsync(entities, TableKeys.Definitions, [.. rows], token);
            });
        var head = new DefinitionHead(id, definition with { Scenarios = [] }, definition.Scenarios.Count, clock.GetUtcNow(), definition.UseOfImages());
        var entity = new Entity(TableKeys.AllDefinitions, id);
        entity.SetText("definition", JsonSerializer.Serialize(head, DefinitionsJson.Context.DefinitionHead));
        await entities.SubmitAsync(TableKeys.Definitions, EntityOperation.Upsert(entity), cancellationToken);
        return id;
    }

    public async Task<DefinitionHead?> FindHeadAsync(string id, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Definitions, TableKeys.AllDefinitions, id, cancellationToken) is { } entity ? HeadOf(entity) : null;

    /// <summary>Definitions in the order of their ids.</summary>
    public async Task<(IReadOnlyList<DefinitionHead> Definitions, string? Continuation)> ListAsync(
        int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(TableKeys.Definitions, TableKeys.AllDefinitions, PageSize: pageSize);
        var page = await entities.QueryPageAsync(query, continuation, cancellationToken);
        return ([.. page.Entities.Select(HeadOf)], page.ContinuationToken);
    }

    public async Task<Definition?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await FindHeadAsync(id, cancellationToken) is not { } head)
        {
            return null;
        }

        var scenarios = new List<Scenario>(head.Scenarios);
        await foreach (var json in ScenariosAsync(head, cancellationToken))
        {
            scenarios.Add(ScenarioJson.Read(json));
        }

        return head.Definition with { Scenarios = scenarios };
    }

    /// <summary>The scenarios of a definition in order, each as <see cref="ScenarioJson"/> wrote it: there may be too many to have all at once.</summary>
    /// <exception cref="StorageException">One is missing. Those behind it would be taken for their neighbours.</exception>
    public async IAsyncEnumerable<string> ScenariosAsync(DefinitionHead head, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var index = 0;
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Definitions, head.DefinitionId), cancellationToken))
        {
            if (entity.RowKey != TableKeys.Number(index))
            {
                break;
            }

            yield return entity.GetText("scenario")!;
            index++;
        }

        if (index < head.Scenarios)
        {
            throw StorageException.Missing($"scenario {index} of definition '{head.DefinitionId}'");
        }
    }

    private static Entity ScenarioEntity(string id, int index, Scenario scenario)
    {
        var entity = new Entity(id, TableKeys.Number(index));
        entity.SetText("scenario", ScenarioJson.Write(scenario));
        return entity;
    }

    private static DefinitionHead HeadOf(Entity entity) =>
        JsonSerializer.Deserialize(entity.GetText("definition")!, DefinitionsJson.Context.DefinitionHead)!;
}

/// <param name="Definition">Without its scenarios, which are rows of their own.</param>
/// <param name="Images">What its images ask of vendors.</param>
public sealed record DefinitionHead(string DefinitionId, Definition Definition, int Scenarios, DateTimeOffset CreatedAt, ImageUse Images = default);

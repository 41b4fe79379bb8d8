using System.Runtime.CompilerServices;
using System.Text.Json;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Storage;

namespace FunctionsEval.Datasets;

/// <summary>A data set that was uploaded; the last upload under a name counts.</summary>
/// <param name="Columns">Of its first row.</param>
public sealed record Dataset(string Name, int Rows, IReadOnlyList<string> Columns, string Version, DateTimeOffset CreatedAt);

/// <summary>
/// Uploaded data sets. The rows of an upload are written under a version of their own and the head last, so a data set is whole or not there; a definition
/// takes its scenarios when it is added, and later uploads do not change it.
/// </summary>
public sealed class DatasetStore(IEntityStore entities, TimeProvider clock) : IDatasets
{
    /// <summary>Of one row as JSON: a row of the store holds 524,288 with its keys.</summary>
    private const int MaxRowLength = 400_000;
    private const int WritesAtOnce = 4;

    public string Describe(DatasetSpec spec) => $"data set '{spec.Name ?? spec.File}'";

    public async IAsyncEnumerable<DataRow> RowsAsync(DatasetSpec spec, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (spec.Name is null)
        {
            throw new DatasetException("scenarios.file is read by the command line only: upload the rows (POST /api/datasets) and write scenarios: { dataset: NAME }.");
        }

        if (spec.Columns is not null || spec.Format is not null)
        {
            throw new DatasetException("scenarios.columns and scenarios.format are for files; an uploaded data set has its columns.");
        }

        var dataset = await FindAsync(spec.Name, cancellationToken) ?? throw new DatasetException($"scenarios.dataset '{spec.Name}' does not exist.");
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Datasets, TableKeys.DatasetRows(dataset.Name, dataset.Version)), cancellationToken))
        {
            yield return RowOf(entity);
        }
    }

    /// <summary>Stores rows under a name, in place of what was there.</summary>
    /// <exception cref="DatasetException">The rows cannot be read, or are none or too many; what was there stays.</exception>
    public async Task<Dataset> AddAsync(string name, IAsyncEnumerable<DataRow> rows, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var version = $"{now.UtcTicks:D19}";
        IReadOnlyList<string> columns = [];
        var count = 0;
        await Parallel.ForEachAsync(
            CheckedAsync(cancellationToken).Chunk(EntityBatches.MaxOperations),
            new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken },
            async (batch, token) => await EntityBatches.UpsertAsync(entities, TableKeys.Datasets, [.. batch.Select(row => ToEntity(name, version, row))], token));
        if (count == 0)
        {
            throw new DatasetException("The data set has no rows.");
        }

        var dataset = new Dataset(name, count, columns, version, now);
        var head = new Entity(TableKeys.AllDatasets, name);
        head.SetText("dataset", JsonSerializer.Serialize(dataset, DatasetsJson.Context.Dataset));
        await entities.SubmitAsync(TableKeys.Datasets, EntityOperation.Upsert(head), cancellationToken);
        await RemoveRowsAsync(name, version, cancellationToken);
        return dataset;

        async IAsyncEnumerable<DataRow> CheckedAsync([EnumeratorCancellation] CancellationToken token)
        {
            await foreach (var row in rows.WithCancellation(token))
            {
                if (++count > DefinitionRules.MaxScenarios)
                {
                    throw new DatasetException($"The data set must have at most {DefinitionRules.MaxScenarios:N0} rows.", row.Line);
                }

                if (row.Fields.GetRawText().Length > MaxRowLength)
                {
                    throw new DatasetException($"The row must have at most {MaxRowLength:N0} characters as JSON.", row.Line);
                }

                columns = count == 1 ? [.. row.Fields.EnumerateObject().Select(field => field.Name)] : columns;
                yield return row;
            }
        }
    }

    public async Task<Dataset?> FindAsync(string name, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Datasets, TableKeys.AllDatasets, name, cancellationToken) is { } head ? HeadOf(head) : null;

    public async Task<(IReadOnlyList<Dataset> Datasets, string? Continuation)> ListAsync(int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var page = await entities.QueryPageAsync(new EntityQuery(TableKeys.Datasets, TableKeys.AllDatasets, PageSize: pageSize), continuation, cancellationToken);
        return ([.. page.Entities.Select(HeadOf)], page.ContinuationToken);
    }

    public async Task<(IReadOnlyList<JsonElement> Rows, string? Continuation)> PageAsync(Dataset dataset, int pageSize, string? continuation, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(TableKeys.Datasets, TableKeys.DatasetRows(dataset.Name, dataset.Version), PageSize: pageSize);
        var page = await entities.QueryPageAsync(query, continuation, cancellationToken);
        return ([.. page.Entities.Select(entity => RowOf(entity).Fields)], page.ContinuationToken);
    }

    /// <summary>False when there is none of that name.</summary>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken) is null)
        {
            return false;
        }

        await entities.SubmitAsync(TableKeys.Datasets, EntityOperation.Delete(TableKeys.AllDatasets, name), cancellationToken);
        await RemoveRowsAsync(name, keep: null, cancellationToken);
        return true;
    }

    /// <summary>Also what uploads left that were broken off.</summary>
    private async Task RemoveRowsAsync(string name, string? keep, CancellationToken cancellationToken)
    {
        var kept = keep is null ? null : TableKeys.DatasetRows(name, keep);
        var query = new EntityQuery(TableKeys.Datasets, PartitionFrom: TableKeys.DatasetRows(name, ""), PartitionTo: TableKeys.DatasetRows(name, "~"));
        var batch = new List<EntityOperation>();
        await foreach (var row in entities.QueryAsync(query, cancellationToken))
        {
            if (row.PartitionKey == kept)
            {
                continue;
            }

            if (batch.Count == EntityBatches.MaxOperations || (batch.Count > 0 && batch[0].Entity.PartitionKey != row.PartitionKey))
            {
                await entities.SubmitAsync(TableKeys.Datasets, batch, cancellationToken);
                batch = [];
            }

            batch.Add(EntityOperation.Delete(row.PartitionKey, row.RowKey));
        }

        if (batch.Count > 0)
        {
            await entities.SubmitAsync(TableKeys.Datasets, batch, cancellationToken);
        }
    }

    private static Entity ToEntity(string name, string version, DataRow row)
    {
        var entity = new Entity(TableKeys.DatasetRows(name, version), TableKeys.Number(row.Number)) { ["line"] = row.Line };
        entity.SetText("row", row.Fields.GetRawText());
        return entity;
    }

    private static DataRow RowOf(Entity entity) => new(
        int.Parse(entity.RowKey, System.Globalization.CultureInfo.InvariantCulture), (int)entity.GetInt64("line")!.Value, JsonElement.Parse(entity.GetText("row")!));

    private static Dataset HeadOf(Entity head) => JsonSerializer.Deserialize(head.GetText("dataset")!, DatasetsJson.Context.Dataset)!;
}

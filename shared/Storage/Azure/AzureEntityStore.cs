using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Core;

namespace FunctionsEval.Storage.Azure;

/// <summary>
/// Entities in Azure Table storage. One operation goes as a plain request, several as an entity group transaction; tables are made when
/// first written. A retried insert or replace whose first answer was lost ends as <c>AlreadyExists</c> or <c>Conflict</c>, as with every client.
/// </summary>
public sealed class AzureEntityStore : IEntityStore
{
    private readonly TableServiceClient _service;
    private readonly ConcurrentDictionary<string, TableClient> _tables = new(StringComparer.OrdinalIgnoreCase);

    public AzureEntityStore(string connectionString, TimeProvider clock) => _service = new TableServiceClient(connectionString, clock);

    public AzureEntityStore(Uri endpoint, TokenCredential credential) => _service = new TableServiceClient(endpoint, credential);

    public async Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        EntityRules.CheckTable(table);
        try
        {
            return await Table(table).GetEntityIfExistsAsync(partitionKey, rowKey, cancellationToken);
        }
        catch (Exception e) when (TableErrors.IsLostInfrastructure(e))
        {
            throw TableErrors.Lost($"Reading table {table}", _service.Uri, e);
        }
    }

    public async Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken)
    {
        EntityRules.CheckSubmission(table, operations);
        var actions = operations.Select(Action).ToArray();
        try
        {
            var etags = await SubmitAsync(Table(table), actions, cancellationToken);
            for (var index = 0; index < actions.Length; index++)
            {
                operations[index].Entity.ETag = etags[index] ?? operations[index].Entity.ETag;
            }

            return SubmitResult.Applied;
        }
        catch (RequestFailedException e) when (StatusOf(e) is { } status)
        {
            return new SubmitResult(status, (e as TableTransactionFailedException)?.FailedTransactionActionIndex ?? 0);
        }
        catch (RequestFailedException e) when (e.Status == 413)
        {
            throw new ArgumentException(
                "The submission is larger than the 4 MiB that one request may have (escapes count): send fewer or smaller entities.", nameof(operations), e);
        }
        catch (Exception e) when (TableErrors.IsLostInfrastructure(e))
        {
            throw TableErrors.Lost($"Writing table {table}", _service.Uri, e);
        }
    }

    public async Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken)
    {
        EntityRules.CheckQuery(query);
        var next = continuationToken is null ? [null, null] : ContinuationToken.Parse(continuationToken);
        try
        {
            var (entities, nextPartitionKey, nextRowKey) =
                await Table(query.Table).QueryPageAsync(TableRequests.Filter(query), query.PageSize, next[0], next[1], cancellationToken);
            return new EntityPage(entities, nextPartitionKey is null ? null : ContinuationToken.Make(nextPartitionKey, nextRowKey));
        }
        catch (RequestFailedException e) when (e.ErrorCode == TableErrors.TableNotFound)
        {
            return new EntityPage([], null);
        }
        catch (Exception e) when (TableErrors.IsLostInfrastructure(e) || e is JsonException)
        {
            throw TableErrors.Lost($"Reading table {query.Table}", _service.Uri, e);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<IReadOnlyList<string?>> SubmitAsync(TableClient table, TableTransactionAction[] actions, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(table, actions, cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == TableErrors.TableNotFound)
        {
            await table.CreateIfNotExistsAsync(cancellationToken);
            return await SendAsync(table, actions, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<string?>> SendAsync(TableClient table, TableTransactionAction[] actions, CancellationToken cancellationToken)
    {
        if (actions is not [var (type, entity, etag)])
        {
            return await table.SubmitTransactionAsync(actions, cancellationToken);
        }

        switch (type)
        {
            case TableTransactionActionType.Add:
                return [await table.AddEntityAsync(entity, cancellationToken)];
            case TableTransactionActionType.UpsertReplace:
                return [await table.UpsertEntityAsync(entity, cancellationToken)];
            case TableTransactionActionType.UpdateReplace:
                return [await table.UpdateEntityAsync(entity, etag, cancellationToken)];
            default:
                await table.DeleteEntityAsync(entity.PartitionKey, entity.RowKey, etag, cancellationToken);
                return [null];
        }
    }

    private static TableTransactionAction Action(EntityOperation operation) => operation.Kind switch
    {
        EntityOperationKind.Insert => new(TableTransactionActionType.Add, operation.Entity),
        EntityOperationKind.Upsert => new(TableTransactionActionType.UpsertReplace, operation.Entity),
        EntityOperationKind.Replace => new(TableTransactionActionType.UpdateReplace, operation.Entity, new ETag(operation.Entity.ETag!)),
        _ => new(TableTransactionActionType.Delete, operation.Entity, operation.Entity.ETag is { } etag ? new ETag(etag) : default),
    };

    private static SubmitStatus? StatusOf(RequestFailedException e) => (e.Status, e.ErrorCode) switch
    {
        (409, "EntityAlreadyExists") => SubmitStatus.AlreadyExists,
        (412, _) => SubmitStatus.Conflict,
        (404, not TableErrors.TableNotFound) => SubmitStatus.NotFound,
        _ => null,
    };

    private TableClient Table(string table) => _tables.GetOrAdd(table, static (name, service) => service.GetTableClient(name), _service);
}

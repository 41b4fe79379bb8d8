using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace FunctionsEval.Storage.Azure;

/// <summary>
/// Entities in Azure Table storage. One operation goes as a plain request, several as a transaction; tables are made when first written.
/// A retried insert or replace whose first answer was lost ends as <c>AlreadyExists</c> or <c>Conflict</c>, as with every client.
/// </summary>
internal sealed class AzureEntityStore(TableServiceClient service) : IEntityStore
{
    private readonly ConcurrentDictionary<string, TableClient> _tables = new(StringComparer.OrdinalIgnoreCase);

    public async Task<Entity?> FindAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        EntityRules.CheckTable(table);
        if (!EntityRules.IsKey(partitionKey) || !EntityRules.IsKey(rowKey))
        {
            return null;
        }

        try
        {
            var found = await Table(table).GetEntityIfExistsAsync<TableEntity>(
                KeyEscape.Escape(partitionKey), KeyEscape.Escape(rowKey), cancellationToken: cancellationToken);
            return found.HasValue ? TableRow.ToEntity(found.Value!) : null;
        }
        catch (Exception e) when (AzureErrors.IsLostInfrastructure(e))
        {
            throw AzureErrors.Describe($"Reading table {table}", service.Uri, e);
        }
    }

    public async Task<SubmitResult> SubmitAsync(string table, IReadOnlyList<EntityOperation> operations, CancellationToken cancellationToken)
    {
        EntityRules.CheckSubmission(table, operations);
        var actions = operations.Select(TableRow.ToAction).ToArray();
        try
        {
            var responses = await SubmitAsync(Table(table), actions, cancellationToken);
            if (responses is [{ Status: 404 }])
            {
                return new SubmitResult(SubmitStatus.NotFound, 0);
            }

            for (var index = 0; index < actions.Length; index++)
            {
                operations[index].Entity.ETag = responses[index].Headers.ETag?.ToString("H") ?? operations[index].Entity.ETag;
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
        catch (Exception e) when (AzureErrors.IsLostInfrastructure(e))
        {
            throw AzureErrors.Describe($"Writing table {table}", service.Uri, e);
        }
    }

    public async Task<EntityPage> QueryPageAsync(EntityQuery query, string? continuationToken, CancellationToken cancellationToken)
    {
        EntityRules.CheckQuery(query);
        var place = continuationToken is null ? null : ContinuationToken.Parse(continuationToken).First;
        try
        {
            var pages = Table(query.Table).QueryAsync<TableEntity>(TableRow.Filter(query), query.PageSize, cancellationToken: cancellationToken).AsPages(place);
            await foreach (var page in pages)
            {
                return new EntityPage([.. page.Values.Select(TableRow.ToEntity)], page.ContinuationToken is { } next ? ContinuationToken.Make(next, "") : null);
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == TableErrorCode.TableNotFound)
        {
            // A table that nobody has written to is empty.
        }
        catch (RequestFailedException e) when (e.Status == 400 && continuationToken is not null)
        {
            throw new ContinuationTokenException(continuationToken);
        }
        catch (Exception e) when (AzureErrors.IsLostInfrastructure(e))
        {
            throw AzureErrors.Describe($"Reading table {query.Table}", service.Uri, e);
        }

        return new EntityPage([], null);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<IReadOnlyList<Response>> SubmitAsync(TableClient table, TableTransactionAction[] actions, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(table, actions, cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == TableErrorCode.TableNotFound)
        {
            await table.CreateIfNotExistsAsync(cancellationToken);
            return await SendAsync(table, actions, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<Response>> SendAsync(TableClient table, TableTransactionAction[] actions, CancellationToken cancellationToken) =>
        actions is not [var action]
            ? (await table.SubmitTransactionAsync(actions, cancellationToken)).Value
            : [await (action.ActionType switch
            {
                TableTransactionActionType.Add => table.AddEntityAsync(action.Entity, cancellationToken),
                TableTransactionActionType.UpsertReplace => table.UpsertEntityAsync(action.Entity, TableUpdateMode.Replace, cancellationToken),
                TableTransactionActionType.UpdateReplace => table.UpdateEntityAsync(action.Entity, action.ETag, TableUpdateMode.Replace, cancellationToken),
                _ => table.DeleteEntityAsync(action.Entity.PartitionKey, action.Entity.RowKey, action.ETag, cancellationToken),
            })];

    private static SubmitStatus? StatusOf(RequestFailedException e) => e.Status switch
    {
        409 when e.ErrorCode == TableErrorCode.EntityAlreadyExists => SubmitStatus.AlreadyExists,
        412 => SubmitStatus.Conflict,
        404 when e.ErrorCode != TableErrorCode.TableNotFound => SubmitStatus.NotFound,
        _ => null,
    };

    private TableClient Table(string table) => _tables.GetOrAdd(table, static (name, service) => service.GetTableClient(name), service);
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Core;

namespace FunctionsEval.Storage.Azure;

/// <summary>
/// One table, with the operations that are used and the names that Azure.Data.Tables gives them.
/// A refused request throws <see cref="RequestFailedException"/>.
/// </summary>
internal sealed class TableClient(TableServiceClient service, string table)
{
    private readonly string _root = service.Uri.AbsoluteUri.TrimEnd('/');

    public async Task CreateIfNotExistsAsync(CancellationToken cancellationToken)
    {
        using var message = NewMessage(RequestMethod.Post, $"{_root}/Tables", RequestContent.Create(Encoding.UTF8.GetBytes($$"""{"TableName":"{{table}}"}""")));
        message.Request.Headers.SetValue("Prefer", "return-no-content");
        await service.Pipeline.SendAsync(message, cancellationToken);
        if (message.Response is { IsError: true, Status: not 409 })
        {
            throw TableErrors.ToException(message.Response);
        }
    }

    public async Task<Entity?> GetEntityIfExistsAsync(string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        using var message = NewMessage(RequestMethod.Get, TableRequests.EntityUri(_root, table, partitionKey, rowKey), content: null);
        await service.Pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status == 404)
        {
            return null;
        }

        using var json = Body(message.Response);
        var entity = TableEntityJson.Read(json.RootElement);
        entity.ETag ??= message.Response.Headers.ETag?.ToString("H");
        return entity;
    }

    public Task<string?> AddEntityAsync(Entity entity, CancellationToken cancellationToken) =>
        SendAsync(new TableTransactionAction(TableTransactionActionType.Add, entity), cancellationToken);

    public Task<string?> UpsertEntityAsync(Entity entity, CancellationToken cancellationToken) =>
        SendAsync(new TableTransactionAction(TableTransactionActionType.UpsertReplace, entity), cancellationToken);

    public Task<string?> UpdateEntityAsync(Entity entity, ETag etag, CancellationToken cancellationToken) =>
        SendAsync(new TableTransactionAction(TableTransactionActionType.UpdateReplace, entity, etag), cancellationToken);

    public Task DeleteEntityAsync(string partitionKey, string rowKey, ETag etag, CancellationToken cancellationToken) =>
        SendAsync(new TableTransactionAction(TableTransactionActionType.Delete, new Entity(partitionKey, rowKey), etag), cancellationToken);

    /// <summary>All or nothing; the new ETags in the order of the actions (null for a delete).</summary>
    public async Task<IReadOnlyList<string?>> SubmitTransactionAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        TableBatch.Write(body, _root, table, actions);
        using var message = NewMessage(RequestMethod.Post, $"{_root}/$batch", RequestContent.Create(body.WrittenMemory));
        message.Request.Headers.SetValue("Content-Type", TableBatch.ContentType);
        await service.Pipeline.SendAsync(message, cancellationToken);
        return message.Response.IsError
            ? throw TableErrors.ToException(message.Response)
            : TableBatch.Read(message.Response.Content.ToString(), actions.Count);
    }

    /// <summary>One page; the service may return fewer rows than asked for, even none, and still a continuation.</summary>
    public async Task<(List<Entity> Entities, string? NextPartitionKey, string? NextRowKey)> QueryPageAsync(
        string filter, int top, string? nextPartitionKey, string? nextRowKey, CancellationToken cancellationToken)
    {
        var uri = TableRequests.QueryUri(_root, table, filter, top, nextPartitionKey, nextRowKey);
        using var message = NewMessage(RequestMethod.Get, uri, content: null);
        await service.Pipeline.SendAsync(message, cancellationToken);
        using var json = Body(message.Response);
        var headers = message.Response.Headers;
        return (
            [.. json.RootElement.GetProperty("value").EnumerateArray().Select(TableEntityJson.Read)],
            headers.TryGetValue("x-ms-continuation-NextPartitionKey", out var partitionKey) ? partitionKey : null,
            headers.TryGetValue("x-ms-continuation-NextRowKey", out var rowKey) ? rowKey : null);
    }

    private static JsonDocument Body(Response response) =>
        response.IsError ? throw TableErrors.ToException(response) : JsonDocument.Parse(response.Content.ToMemory());

    private async Task<string?> SendAsync(TableTransactionAction action, CancellationToken cancellationToken)
    {
        // Azurite tears a character that lies across two chunks of a plain request's body (not of a transaction's), so it gets ASCII.
        var request = TableRequests.Of(action, _root, table, asciiOnly: true);
        using var message = NewMessage(request.Method, request.Uri, request.Body is null ? null : RequestContent.Create(request.Body.WrittenMemory));
        if (request.IfMatch is not null)
        {
            message.Request.Headers.SetValue("If-Match", request.IfMatch);
        }

        if (action.ActionType == TableTransactionActionType.Add)
        {
            message.Request.Headers.SetValue("Prefer", "return-no-content");
        }

        await service.Pipeline.SendAsync(message, cancellationToken);
        return message.Response.IsError
            ? throw TableErrors.ToException(message.Response)
            : message.Response.Headers.TryGetValue("ETag", out var etag) ? etag : null;
    }

    private HttpMessage NewMessage(RequestMethod method, string uri, RequestContent? content)
    {
        var message = service.Pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(uri));
        message.Request.Content = content;
        message.Request.Headers.SetValue("x-ms-version", "2019-02-02");
        message.Request.Headers.SetValue("DataServiceVersion", "3.0");
        message.Request.Headers.SetValue("Accept", "application/json;odata=minimalmetadata");
        if (content is not null)
        {
            message.Request.Headers.SetValue("Content-Type", "application/json");
        }

        return message;
    }
}

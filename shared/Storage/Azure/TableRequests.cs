using System.Buffers;
using System.Globalization;
using System.Text;
using Azure;
using Azure.Core;

namespace FunctionsEval.Storage.Azure;

/// <summary>Method, address and body of each operation: the same alone and within a transaction.</summary>
internal static class TableRequests
{
    public static (RequestMethod Method, string Uri, string? IfMatch, ArrayBufferWriter<byte>? Body) Of(
        TableTransactionAction action, string root, string table, bool asciiOnly)
    {
        var entity = action.Entity;
        var uri = EntityUri(root, table, entity.PartitionKey, entity.RowKey);
        var ifMatch = action.ETag == default ? ETag.All.ToString() : action.ETag.ToString("H");
        return action.ActionType switch
        {
            TableTransactionActionType.Add => (RequestMethod.Post, $"{root}/{table}", null, Json(entity, asciiOnly)),
            TableTransactionActionType.UpsertReplace => (RequestMethod.Put, uri, null, Json(entity, asciiOnly)),
            TableTransactionActionType.UpdateReplace => (RequestMethod.Put, uri, ifMatch, Json(entity, asciiOnly)),
            _ => (RequestMethod.Delete, uri, ifMatch, null),
        };
    }

    public static string EntityUri(string root, string table, string partitionKey, string rowKey) =>
        $"{root}/{table}(PartitionKey={Uri.EscapeDataString(Literal(partitionKey))},RowKey={Uri.EscapeDataString(Literal(rowKey))})";

    public static string QueryUri(string root, string table, string filter, int top, string? nextPartitionKey, string? nextRowKey)
    {
        var uri = new StringBuilder(root).Append('/').Append(table).Append("()?$top=").Append(top.ToString(CultureInfo.InvariantCulture));
        AddIf("$filter", filter.Length == 0 ? null : filter);
        AddIf("NextPartitionKey", nextPartitionKey);
        AddIf("NextRowKey", nextRowKey);
        return uri.ToString();

        void AddIf(string name, string? value)
        {
            if (value is not null)
            {
                uri.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    /// <summary>The OData condition of a range. Escaped keys keep their order, so bounds may be compared in their escaped form.</summary>
    public static string Filter(EntityQuery query)
    {
        List<string> conditions = [];
        AddIf("PartitionKey eq", query.PartitionKey);
        AddIf("PartitionKey ge", query.PartitionFrom);
        AddIf("PartitionKey lt", query.PartitionTo);
        AddIf("RowKey ge", query.RowFrom);
        AddIf("RowKey lt", query.RowTo);
        return string.Join(" and ", conditions);

        void AddIf(string comparison, string? bound)
        {
            if (bound is not null)
            {
                conditions.Add($"{comparison} {Literal(bound)}");
            }
        }
    }

    private static string Literal(string key) => $"'{KeyEscape.Escape(key).Replace("'", "''", StringComparison.Ordinal)}'";

    private static ArrayBufferWriter<byte> Json(Entity entity, bool asciiOnly)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        TableEntityJson.Write(buffer, entity, asciiOnly);
        return buffer;
    }
}

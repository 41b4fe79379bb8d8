using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace FunctionsEval.Storage.Azure;

/// <summary>Entities, operations and ranges in the words of the Table service: keys escaped (<see cref="KeyEscape"/>), times in UTC.</summary>
internal static class TableRow
{
    public static Entity ToEntity(TableEntity row)
    {
        var entity = new Entity(KeyEscape.Unescape(row.PartitionKey), KeyEscape.Unescape(row.RowKey)) { ETag = row.ETag.ToString("H") };
        foreach (var (name, value) in row)
        {
            if (name is "PartitionKey" or "RowKey" or "Timestamp" or "odata.etag" || value is null)
            {
                continue;
            }

            entity.Properties[name] = value switch
            {
                // Nothing of ours writes an Int32, so this is a double whose ".0" got lost on the way.
                int number => (double)number,
                DateTimeOffset time => time.ToUniversalTime(),
                _ => value,
            };
        }

        return entity;
    }

    public static TableTransactionAction ToAction(EntityOperation operation) => operation.Kind switch
    {
        EntityOperationKind.Insert => new(TableTransactionActionType.Add, ToRow(operation.Entity)),
        EntityOperationKind.Upsert => new(TableTransactionActionType.UpsertReplace, ToRow(operation.Entity)),
        EntityOperationKind.Replace => new(TableTransactionActionType.UpdateReplace, ToRow(operation.Entity), new ETag(operation.Entity.ETag!)),
        _ => new(TableTransactionActionType.Delete, ToRow(operation.Entity), operation.Entity.ETag is { } etag ? new ETag(etag) : ETag.All),
    };

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
                conditions.Add($"{comparison} '{KeyEscape.Escape(bound).Replace("'", "''", StringComparison.Ordinal)}'");
            }
        }
    }

    private static TableEntity ToRow(Entity entity)
    {
        var row = new TableEntity(KeyEscape.Escape(entity.PartitionKey), KeyEscape.Escape(entity.RowKey));
        foreach (var (name, value) in entity.Properties)
        {
            row[name] = value;
            if (value is double number && double.IsInfinity(number))
            {
                // The SDK writes NaN as the typed text that the service wants, but no infinity.
                row[name] = number.ToString(CultureInfo.InvariantCulture);
                row[$"{name}@odata.type"] = "Edm.Double";
            }
        }

        return row;
    }
}

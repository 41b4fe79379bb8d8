using System.Text;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>Reads one page of a range. The continuation token is the key of the last row read.</summary>
internal static class EntityRange
{
    public static EntityPage Read(SqliteSession session, EntityQuery query, string? continuationToken)
    {
        var after = continuationToken is null ? null : ContinuationToken.Parse(continuationToken);

        // Within one partition the last key is a better lower bound than the query's own: the scan starts right there.
        var rowFrom = after is not null && query.PartitionKey is not null ? after[1] + '\0' : query.RowFrom;
        var skipsTo = query.PartitionKey is null ? after : null;
        var bounds =
            Bit(query.PartitionKey, EntitySql.HasPartitionKey) | Bit(query.PartitionFrom, EntitySql.HasPartitionFrom) |
            Bit(query.PartitionTo, EntitySql.HasPartitionTo) | Bit(rowFrom, EntitySql.HasRowFrom) |
            Bit(query.RowTo, EntitySql.HasRowTo) | Bit(skipsTo, EntitySql.HasAfter);
        var statement = session.Prepare(query.Table, EntitySql.Range + bounds, EntitySql.Text);
        if (statement is null)
        {
            return new EntityPage([], null);
        }

        BindIf(statement, 1, query.PartitionKey);
        BindIf(statement, 2, query.PartitionFrom);
        BindIf(statement, 3, query.PartitionTo);
        BindIf(statement, 4, rowFrom);
        BindIf(statement, 5, query.RowTo);
        BindIf(statement, 6, skipsTo?[0]);
        BindIf(statement, 7, skipsTo?[1]);

        // One row more than asked for tells whether there is a next page.
        return ReadRows(statement.Bind(8, query.PageSize + 1), query.PageSize);
    }

    private static EntityPage ReadRows(SqliteStatement statement, int pageSize)
    {
        var entities = new List<Entity>();
        List<string> names = [];
        var partitionKey = "";
        try
        {
            while (statement.Step())
            {
                if (entities.Count == pageSize)
                {
                    return new EntityPage(entities, ContinuationToken.Make(entities[^1].PartitionKey, entities[^1].RowKey));
                }

                partitionKey = SameOrNew(partitionKey, statement.Utf8(0));
                var entity = new Entity(partitionKey, statement.Text(1)) { ETag = SqliteEntityStore.ETag(statement.Int64(2)) };
                EntityJson.Read(statement.Utf8(3), entity, names);
                entities.Add(entity);
            }
        }
        finally
        {
            statement.Reset();
        }

        return new EntityPage(entities, null);
    }

    private static string SameOrNew(string last, ReadOnlySpan<byte> utf8)
    {
        Span<byte> lastUtf8 = stackalloc byte[3 * EntityRules.UnitsPerKey];
        return Encoding.UTF8.TryGetBytes(last, lastUtf8, out var length) && lastUtf8[..length].SequenceEqual(utf8) ? last : Encoding.UTF8.GetString(utf8);
    }

    private static int Bit(object? bound, int bit) => bound is null ? 0 : bit;

    private static void BindIf(SqliteStatement statement, int index, string? bound)
    {
        if (bound is not null)
        {
            statement.Bind(index, bound);
        }
    }
}

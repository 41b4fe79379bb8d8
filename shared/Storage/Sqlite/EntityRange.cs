using System.Text;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>
/// Reads one page of a range. It seeks to where it begins and, where row bounds hold within each of several partitions, from one
/// partition to the next; it steps over no row that does not count. The continuation token is the pair of keys to go on from.
/// </summary>
internal static class EntityRange
{
    // Bounds the work for a page that finds little: a seek for the partition and one for its rows, each a few microseconds.
    private const int PartitionsPerPage = 256;

    // A BLOB sorts behind every TEXT: the end of a range without an end.
    private static readonly byte[] BehindAllText = [0];

    public static EntityPage Read(SqliteSession session, EntityQuery query, string? continuationToken)
    {
        var (partition, row) = continuationToken is null
            ? (query.PartitionKey ?? query.PartitionFrom ?? "", query.RowFrom ?? "")
            : Place(continuationToken, query);
        var rows = new PageRows(session, query, partition, row);
        if (query.PartitionKey is not null)
        {
            return rows.Read(EntitySql.RowsOfPartition, query.PartitionKey, row, query.RowTo) ?? rows.Last();
        }

        if (query.RowFrom is null && query.RowTo is null)
        {
            return rows.Read(EntitySql.RowsOfPartitions, partition, row, query.PartitionTo) ?? rows.Last();
        }

        for (var looked = 0; looked < PartitionsPerPage; looked++)
        {
            if (NextPartition(session, query, partition) is not { } next)
            {
                return rows.Last();
            }

            var first = next == partition ? row : query.RowFrom ?? "";
            if (rows.Read(EntitySql.RowsOfPartition, next, first, query.RowTo) is { } page)
            {
                return page;
            }

            partition = Behind(next);
        }

        return rows.GoingOnFrom(partition, query.RowFrom ?? "");
    }

    private static SqliteStatement BindEnd(SqliteStatement statement, int index, string? end) =>
        end is null ? statement.Bind(index, BehindAllText) : statement.Bind(index, end);

    private static string? NextPartition(SqliteSession session, EntityQuery query, string from)
    {
        if (session.Statement(query.Table, EntitySql.NextPartition) is not { } statement)
        {
            return null;
        }

        BindEnd(statement.Bind(1, from), 2, query.PartitionTo);
        var next = statement.Step() ? statement.Text(0) : null;
        statement.Reset();
        return next;
    }

    /// <summary>The first key behind this one.</summary>
    private static string Behind(string key) => key + '\0';

    private static (string Partition, string Row) Place(string token, EntityQuery query)
    {
        // A token of another range must not lead out of this one.
        var place = ContinuationToken.Parse(token);
        return query.PartitionKey is { } only
            ? place.First == only && !IsBefore(place.Second, query.RowFrom) ? place : throw new ContinuationTokenException(token)
            : !IsBefore(place.First, query.PartitionFrom) ? place : throw new ContinuationTokenException(token);
    }

    private static bool IsBefore(string key, string? bound) => bound is not null && Compare(key, bound) < 0;

    private static int Compare(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private sealed class PageRows(SqliteSession session, EntityQuery query, string firstPartition, string firstRow)
    {
        private readonly List<Entity> _entities = [];
        private readonly List<string> _names = [];

        public EntityPage Last() => new(_entities, null);

        public EntityPage GoingOnFrom(string partition, string row)
        {
            // In a damaged file a range may lead back, and its reader would never come to an end.
            var order = Compare(partition, firstPartition);
            return order > 0 || (order == 0 && Compare(row, firstRow) > 0)
                ? new(_entities, ContinuationToken.Make(partition, row))
                : throw SqliteErrors.DamagedRow(query.Table, partition, row);
        }

        /// <summary>Adds rows; gives the page once there is one row more than it holds.</summary>
        public EntityPage? Read(EntitySql sql, string partition, string row, string? end)
        {
            if (session.Statement(query.Table, sql) is not { } statement)
            {
                return null;
            }

            BindEnd(statement.Bind(1, partition).Bind(2, row).Bind(4, query.PageSize + 1 - _entities.Count), 3, end);
            while (statement.Step())
            {
                if (_entities.Count == query.PageSize)
                {
                    statement.Reset();
                    return GoingOnFrom(_entities[^1].PartitionKey, Behind(_entities[^1].RowKey));
                }

                _entities.Add(EntityRow.Decode(statement, query.Table, _entities.Count > 0 ? _entities[^1].PartitionKey : partition, _names));
            }

            return null;
        }
    }
}

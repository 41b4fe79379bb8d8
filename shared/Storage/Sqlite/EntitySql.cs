namespace FunctionsEval.Storage.Sqlite;

/// <summary>The statements on a table of entities. Keys order by their UTF-8 bytes.</summary>
internal enum EntitySql
{
    /// <summary>?1 partition, ?2 row, ?3 version, ?4 properties, ?5 checksum; likewise in the next two.</summary>
    Insert,
    Upsert,

    /// <summary>And ?6, the version that is replaced.</summary>
    Replace,

    /// <summary>?1 partition, ?2 row, ?6 the version that is deleted.</summary>
    Delete,

    /// <summary>?1 partition, ?2 row; likewise in the next one.</summary>
    DeleteAny,
    Find,

    /// <summary>?1 partition, ?2 first row, ?3 end of rows, ?4 count.</summary>
    RowsOfPartition,

    /// <summary>?1 and ?2 first partition and its first row, ?3 end of partitions, ?4 count.</summary>
    RowsOfPartitions,

    /// <summary>?1 first partition, ?2 end of partitions.</summary>
    NextPartition,
}

internal static class EntitySqlText
{
    private const string Columns = "PartitionKey, RowKey, Version, Properties, Checksum";
    private const string IsRow = "PartitionKey = ?1 AND RowKey = ?2";

    // Without row ids, rows lie in key order on disk: a range is read sequentially, and its start is found by a seek.
    public static string CreateTable(string table) =>
        $"CREATE TABLE IF NOT EXISTS \"{table}\" (PartitionKey TEXT NOT NULL, RowKey TEXT NOT NULL, Version INTEGER NOT NULL, " +
        "Properties BLOB NOT NULL, Checksum INTEGER NOT NULL, PRIMARY KEY (PartitionKey, RowKey)) WITHOUT ROWID";

    public static string Text(this EntitySql sql, string table) => sql switch
    {
        EntitySql.Insert => $"INSERT INTO \"{table}\" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        EntitySql.Upsert =>
            $"INSERT INTO \"{table}\" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (PartitionKey, RowKey) DO UPDATE SET Version = ?3, Properties = ?4, Checksum = ?5",
        EntitySql.Replace => $"UPDATE \"{table}\" SET Version = ?3, Properties = ?4, Checksum = ?5 WHERE {IsRow} AND Version = ?6",
        EntitySql.Delete => $"DELETE FROM \"{table}\" WHERE {IsRow} AND Version = ?6",
        EntitySql.DeleteAny => $"DELETE FROM \"{table}\" WHERE {IsRow}",
        EntitySql.Find => $"SELECT {Columns} FROM \"{table}\" WHERE {IsRow}",
        EntitySql.RowsOfPartition =>
            $"SELECT {Columns} FROM \"{table}\" WHERE PartitionKey = ?1 AND RowKey >= ?2 AND RowKey < ?3 ORDER BY RowKey LIMIT ?4",
        EntitySql.RowsOfPartitions =>
            $"SELECT {Columns} FROM \"{table}\" WHERE (PartitionKey, RowKey) >= (?1, ?2) AND PartitionKey < ?3 ORDER BY PartitionKey, RowKey LIMIT ?4",
        _ => $"SELECT PartitionKey FROM \"{table}\" WHERE PartitionKey >= ?1 AND PartitionKey < ?2 ORDER BY PartitionKey LIMIT 1",
    };
}

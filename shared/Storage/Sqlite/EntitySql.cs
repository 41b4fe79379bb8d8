namespace FunctionsEval.Storage.Sqlite;

/// <summary>The SQL of a table. The first shapes are the operation kinds; shapes from <see cref="Range"/> on are ranges with a bit for each bound.</summary>
internal static class EntitySql
{
    public const int DeleteAny = 4;
    public const int Find = 5;
    public const int Range = 16;

    public const int HasPartitionKey = 1;
    public const int HasPartitionFrom = 2;
    public const int HasPartitionTo = 4;
    public const int HasRowFrom = 8;
    public const int HasRowTo = 16;
    public const int HasAfter = 32;

    public static string Text(string table, int shape) => shape switch
    {
        (int)EntityOperationKind.Insert =>
            $"INSERT INTO \"{table}\" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        (int)EntityOperationKind.Upsert =>
            $"INSERT INTO \"{table}\" VALUES (?1, ?2, ?3, ?4) ON CONFLICT (PartitionKey, RowKey) DO UPDATE SET Version = ?3, Properties = ?4",
        (int)EntityOperationKind.Replace =>
            $"UPDATE \"{table}\" SET Version = ?3, Properties = ?4 WHERE PartitionKey = ?1 AND RowKey = ?2 AND Version = ?5",
        (int)EntityOperationKind.Delete =>
            $"DELETE FROM \"{table}\" WHERE PartitionKey = ?1 AND RowKey = ?2 AND Version = ?5",
        DeleteAny =>
            $"DELETE FROM \"{table}\" WHERE PartitionKey = ?1 AND RowKey = ?2",
        Find =>
            $"SELECT Version, Properties FROM \"{table}\" WHERE PartitionKey = ?1 AND RowKey = ?2",
        _ => RangeText(table, shape - Range),
    };

    private static string RangeText(string table, int bounds)
    {
        List<string> conditions = [];
        AddIf(HasPartitionKey, "PartitionKey = ?1");
        AddIf(HasPartitionFrom, "PartitionKey >= ?2");
        AddIf(HasPartitionTo, "PartitionKey < ?3");
        AddIf(HasRowFrom, "RowKey >= ?4");
        AddIf(HasRowTo, "RowKey < ?5");
        AddIf(HasAfter, "(PartitionKey, RowKey) > (?6, ?7)");
        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        return $"SELECT PartitionKey, RowKey, Version, Properties FROM \"{table}\"{where} ORDER BY PartitionKey, RowKey LIMIT ?8";

        void AddIf(int bound, string condition)
        {
            if ((bounds & bound) != 0)
            {
                conditions.Add(condition);
            }
        }
    }
}

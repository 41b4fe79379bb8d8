namespace FunctionsEval.Storage.Sqlite;

/// <summary>What a write may use while the writer holds the transaction that it shares with its neighbours.</summary>
internal sealed class SqliteWriteTransaction(SqliteSession session)
{
    private readonly HashSet<string> _tables = new(StringComparer.OrdinalIgnoreCase);
    private long _sequence;
    private long _savedSequence;

    public SqliteSession Session { get; } = session;

    public void Begin()
    {
        Session.Prepare("BEGIN IMMEDIATE").Execute();

        // Kept in the file, so that no ETag or message id ever comes back, whichever process wrote the last one.
        var statement = Session.Prepare("SELECT Value FROM _sequence");
        statement.Step();
        _savedSequence = _sequence = statement.Int64(0);
        statement.Reset();
    }

    public void Commit()
    {
        if (_sequence != _savedSequence)
        {
            Session.Prepare("UPDATE _sequence SET Value = ?1").Bind(1, _sequence).Execute();
        }

        Session.Prepare("COMMIT").Execute();
    }

    /// <summary>The first of <paramref name="count"/> numbers that were never given before.</summary>
    public long NextSequence(int count = 1)
    {
        var first = _sequence + 1;
        _sequence += count;
        return first;
    }

    public void EnsureTable(string table)
    {
        if (_tables.Add(table))
        {
            Session.Execute(
                $"CREATE TABLE IF NOT EXISTS \"{table}\" (PartitionKey TEXT NOT NULL, RowKey TEXT NOT NULL, Version INTEGER NOT NULL, " +
                "Properties TEXT NOT NULL, PRIMARY KEY (PartitionKey, RowKey)) WITHOUT ROWID");
        }
    }
}

namespace FunctionsEval.Storage.Sqlite;

/// <summary>What a write may use while the writer holds the transaction that it shares with its neighbours.</summary>
internal sealed class SqliteWriter(SqliteSession session) : IDisposable
{
    private readonly HashSet<string> _tables = new(StringComparer.OrdinalIgnoreCase);
    private long _sequence;
    private long _savedSequence;

    public SqliteSession Session { get; } = session;

    public void Begin()
    {
        Session.Execute("BEGIN IMMEDIATE");

        // Kept in the file, so that no ETag ever comes back, whichever process wrote the last one.
        _savedSequence = _sequence = Session.Int64("SELECT Value FROM _sequence");
    }

    public void Commit()
    {
        if (_sequence != _savedSequence)
        {
            Session.Statement("UPDATE _sequence SET Value = ?1").Bind(1, _sequence).Execute();
        }

        Session.Execute("COMMIT");
    }

    public void Rollback()
    {
        Session.Execute("ROLLBACK");
        _tables.Clear();
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
            Session.Execute(EntitySqlText.CreateTable(table));
        }
    }

    public void Dispose() => Session.Dispose();
}

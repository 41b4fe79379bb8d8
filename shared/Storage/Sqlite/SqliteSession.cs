using SQLitePCL;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly string _path;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Table, int Shape), SqliteStatement> _tableStatements = [];

    static SqliteSession() => Batteries_V2.Init();

    public SqliteSession(string path, bool readOnly)
        : this(path, path, raw.SQLITE_OPEN_READWRITE | (readOnly ? 0 : raw.SQLITE_OPEN_CREATE), readOnly)
    {
    }

    private SqliteSession(string path, string name, int flags, bool readOnly)
    {
        _path = path;
        var code = raw.sqlite3_open_v2(name, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        Handle = handle;
        try
        {
            Check(code);
            raw.sqlite3_extended_result_codes(Handle, 1);
            raw.sqlite3_busy_timeout(Handle, 5000);
            if (readOnly)
            {
                Execute("PRAGMA query_only=ON");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public sqlite3 Handle { get; }

    /// <summary>A file that this user may not write, or whose folder takes no files.</summary>
    /// <param name="isImmutable">Read without locks and without a write-ahead log beside it: only right while nobody writes.</param>
    public static SqliteSession OpenUnwritable(string path, bool isImmutable) => isImmutable
        ? new(path, $"file:///{Escaped(path)}?immutable=1", raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, readOnly: true)
        : new(path, path, raw.SQLITE_OPEN_READONLY, readOnly: true);

    /// <summary>The statement for this text, prepared once.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements[sql] = statement = PrepareNew(sql);
        }

        return statement;
    }

    /// <summary>The statement of this shape for this table, its text made only once; null when the table does not exist.</summary>
    public SqliteStatement? Prepare(string table, int shape, Func<string, int, string> sql)
    {
        if (!_tableStatements.TryGetValue((table, shape), out var statement))
        {
            if (!HasTable(table))
            {
                return null;
            }

            _tableStatements[(table, shape)] = statement = PrepareNew(sql(table, shape));
        }

        return statement;
    }

    public void Execute(string sql)
    {
        using var statement = PrepareNew(sql);
        while (statement.Step())
        {
        }
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code);
        }
    }

    public StorageException Failure(int code) => SqliteErrors.Describe(_path, code, raw.sqlite3_errmsg(Handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements.Values.Concat(_tableStatements.Values))
        {
            statement.Dispose();
        }

        Handle.Dispose();
    }

    // System.Uri would take %41 in a name for an escaped A.
    private static string Escaped(string path) =>
        string.Join('/', path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Select(Uri.EscapeDataString));

    private bool HasTable(string table)
    {
        var statement = Prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE").Bind(1, table);
        var found = statement.Step();
        statement.Reset();
        return found;
    }

    private SqliteStatement PrepareNew(string sql)
    {
        Check(raw.sqlite3_prepare_v2(Handle, sql, out var handle));
        return new SqliteStatement(this, handle);
    }
}

using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>One connection with its statements, which are prepared once and used over and over. Used by one thread at a time.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Table, EntitySql Sql), SqliteStatement> _tableStatements = [];

    public sqlite3 Handle { get; } = connection.Handle!;

    /// <summary>The statement of this text.</summary>
    public SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements[sql] = statement = Prepare(sql);
        }

        return statement;
    }

    /// <summary>The statement of this kind for this table; null when the table does not exist.</summary>
    public SqliteStatement? Statement(string table, EntitySql sql)
    {
        if (!_tableStatements.TryGetValue((table, sql), out var statement))
        {
            if (!HasTable(table))
            {
                return null;
            }

            _tableStatements[(table, sql)] = statement = Prepare(sql.Text(table));
        }

        return statement;
    }

    public void Execute(string sql) => Statement(sql).Execute();

    /// <summary>The first column of the first row; 0 when there is none.</summary>
    public long Int64(string sql)
    {
        var statement = Statement(sql);
        var value = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return value;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values.Concat(_tableStatements.Values))
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    private bool HasTable(string table) =>
        Statement("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE").Bind(1, table).Exists();

    private SqliteStatement Prepare(string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(Handle, sql, out var statement), Handle);
        return new SqliteStatement(Handle, statement);
    }
}

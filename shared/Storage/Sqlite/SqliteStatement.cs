using System.Buffers;
using System.Text;
using SQLitePCL;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>A prepared statement that is bound, stepped and reset over and over. Text goes in and out as UTF-8, without a string between.</summary>
internal sealed class SqliteStatement(SqliteSession session, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int index, ReadOnlySpan<byte> utf8)
    {
        // An empty span has a null pointer, which SQLite would take for NULL.
        session.Check(utf8.IsEmpty ? raw.sqlite3_bind_text(handle, index, "") : raw.sqlite3_bind_text(handle, index, utf8));
        return this;
    }

    public SqliteStatement Bind(int index, long value)
    {
        session.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return Bind(index, buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>True while there is a row to read; after the last row the statement is ready for the next use.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        // Reset repeats the error of the step, so only one of the two is looked at.
        raw.sqlite3_reset(handle);
        return code == raw.SQLITE_DONE ? false : throw session.Failure(code);
    }

    /// <summary>Runs a statement that returns no rows; how many rows it changed.</summary>
    public int Execute()
    {
        Step();
        return raw.sqlite3_changes(session.Handle);
    }

    /// <summary>Ends reading before the last row.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public ReadOnlySpan<byte> Utf8(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(Utf8(column));

    public void Dispose() => handle.Dispose();
}

using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>Turns what SQLite reports into what a person can act on.</summary>
internal static class SqliteErrors
{
    public static StorageException Describe(string path, SqliteException e)
    {
        var code = e.SqliteErrorCode;
        var advice = code switch
        {
            raw.SQLITE_FULL => "the disk (or its quota) is full. Nothing that was acknowledged is lost; free some space and go on.",
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
                "the file or its folder is read-only. Give this user the right to write to both, or choose another data folder.",
            raw.SQLITE_CANTOPEN => "the file cannot be opened. Check that its folder exists and that this user may write to it.",
            raw.SQLITE_NOTADB => "the file is not a SQLite database. Move it away or choose another data folder.",
            raw.SQLITE_CORRUPT => "the store is damaged. Restore the file from a copy, or save what can be read with `sqlite3 data.db .recover`.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another process keeps the file locked. End that process, or wait and try again.",
            raw.SQLITE_IOERR => "reading or writing the file failed. Check the disk and its free space.",
            _ => "the database reported an error.",
        };
        return new StorageException($"Storage file '{path}': {advice} ({e.Message.TrimEnd('.')}, {e.SqliteExtendedErrorCode})", e)
        {
            IsDenied = code is raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_CANTOPEN,
            IsDamaged = code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB,
        };
    }

    public static StorageException DamagedRow(string table, string partitionKey, string rowKey) =>
        new($"The store is damaged at table {table}, partition '{Printable(partitionKey)}', row '{Printable(rowKey)}': " +
            "its checksum or its place is wrong. Restore the file from a copy, or delete the row.")
        {
            IsDamaged = true,
        };

    /// <summary>True when the submission is at fault: it would fail again, whatever the state of the file.</summary>
    public static bool IsBadSubmission(SqliteException e) =>
        e.SqliteErrorCode is raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE;

    /// <summary>True when the writes beside the one that failed can be committed without it.</summary>
    public static bool IsOfOneWrite(Exception e) =>
        e is not SqliteException sqlite || IsBadSubmission(sqlite) || sqlite.SqliteErrorCode is raw.SQLITE_ERROR or raw.SQLITE_MISUSE;

    private static string Printable(string key) => string.Concat(key.Select(unit => char.IsControl(unit) ? '\ufffd' : unit));
}

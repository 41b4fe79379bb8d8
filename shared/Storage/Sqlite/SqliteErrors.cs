using SQLitePCL;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>Turns a result code of SQLite into what a person can act on.</summary>
internal static class SqliteErrors
{
    public static StorageException Describe(string path, int code, string detail)
    {
        var kind = code & 0xff;
        var advice = kind switch
        {
            raw.SQLITE_FULL => "the disk (or its quota) is full. Nothing that was acknowledged is lost; free some space and go on.",
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
                "the file or its folder is read-only. Give this user the right to write to both, or choose another data folder.",
            raw.SQLITE_CANTOPEN => "the file cannot be opened. Check that its folder exists and that this user may write to it.",
            raw.SQLITE_NOTADB => "the file is not a SQLite database. Move it away or choose another data folder.",
            raw.SQLITE_CORRUPT => "the file is damaged. Restore it from a copy, or save what can be read with `sqlite3 data.db .recover`.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another process keeps the file locked. End that process, or wait and try again.",
            raw.SQLITE_IOERR => "reading or writing the file failed. Check the disk and its free space.",
            _ => "the database reported an error.",
        };
        return new StorageException($"Storage file '{path}': {advice} (SQLite {code}: {detail})")
        {
            IsDenied = kind is raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_CANTOPEN,
        };
    }
}

namespace FunctionsEval.Storage.Sqlite;

/// <summary>How to read a file that cannot be written: a mount of a build server, another user's folder.</summary>
internal static class SqliteReadOnlyFile
{
    /// <summary>What opens it; null when it cannot be read either.</summary>
    public static Func<SqliteSession>? Reader(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        // Where somebody else writes, the log and its index lie beside the file, and SQLite reads them together.
        Func<SqliteSession> beside = () => SqliteSession.OpenUnwritable(path, isImmutable: false);
        if (Opens(beside))
        {
            return beside;
        }

        // Without a log everything is in the file. With one, reading past it would leave out what was committed last.
        Func<SqliteSession> alone = () => SqliteSession.OpenUnwritable(path, isImmutable: true);
        var log = new FileInfo(path + "-wal");
        return log is { Exists: true, Length: > 0 } || !Opens(alone) ? null : alone;
    }

    private static bool Opens(Func<SqliteSession> open)
    {
        try
        {
            using var session = open();
            session.Execute("SELECT 1 FROM sqlite_master");
            return true;
        }
        catch (StorageException)
        {
            return false;
        }
    }
}

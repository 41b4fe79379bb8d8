using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>The file itself: whose it is, which layout it has, and the ways to open it.</summary>
/// <param name="busyTimeout">How long a statement waits while another process keeps the file locked.</param>
internal sealed class SqliteFile(string path, TimeSpan busyTimeout)
{
    /// <summary>"FEvl", in the header of the file: no other program's database is taken for ours.</summary>
    public const int ApplicationId = 0x4645766C;

    /// <summary>Layout 1 had no checksums, no application id and a table of queue messages.</summary>
    public const int Layout = 3;

    public static readonly TimeSpan DefaultBusyTimeout = TimeSpan.FromSeconds(10);

    public string Path { get; } = path;

    private string Log => Path + "-wal";

    /// <summary>Looks at the header, before SQLite does: what is not ours is not touched.</summary>
    public void CheckIsOurs()
    {
        if (ReadHeader() is not { } header)
        {
            return;
        }

        if (!header.AsSpan().StartsWith("SQLite format 3\0"u8))
        {
            throw new StorageException($"Storage file '{Path}': the file is not a SQLite database. Move it away or choose another data folder.") { IsDamaged = true };
        }

        // https://www.sqlite.org/fileformat.html#the_database_header
        var (applicationId, layout) = (BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(68)), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(60)));
        if (applicationId != ApplicationId || layout != Layout)
        {
            throw Refusal(applicationId, applicationId == ApplicationId ? layout : applicationId == 0 && IsFirstLayout(usesLog: header[18] == 2) ? 1 : null);
        }
    }

    /// <summary>For reading and writing; makes the file when there is none.</summary>
    public SqliteSession OpenWriter() => Open(Path, SqliteOpenMode.ReadWriteCreate, session =>
    {
        // SQLite opens a file that may not be written all the same, and then only the first write would fail.
        if (raw.sqlite3_db_readonly(session.Handle, "main") == 1)
        {
            throw new SqliteException("the file is read-only", raw.SQLITE_READONLY, raw.SQLITE_READONLY);
        }

        if (session.Int64("PRAGMA application_id") != ApplicationId)
        {
            Create(session);
        }

        session.Execute("PRAGMA journal_mode=WAL");
        session.Execute("PRAGMA synchronous=NORMAL");

        // 16 MB of log between checkpoints: each one copies a hot page once, however often it was written, and then waits for the disk.
        session.Execute("PRAGMA wal_autocheckpoint=4000");
    });

    public SqliteSession OpenReader() => Open(Path, SqliteOpenMode.ReadWrite, session => session.Execute("PRAGMA query_only=ON"));

    /// <summary>How to read a file that this user may not write (a mount of a build server, another user's folder); null when it cannot be read either.</summary>
    public Func<SqliteSession>? UnwritableReader()
    {
        // Where somebody else writes, the log and its index lie beside the file, and SQLite reads them together. Without a log everything is
        // in the file; with one, reading past it would leave out what was committed last.
        return File.Exists(Path) && Opens(OpenBesideWriter) ? OpenBesideWriter : File.Exists(Path) && !HasLog() && Opens(OpenImmutable) ? OpenImmutable : null;
    }

    private static bool Opens(Func<SqliteSession> open)
    {
        try
        {
            using var session = open();
            return session.Int64("SELECT count(*) FROM sqlite_master") >= 0;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private SqliteSession OpenBesideWriter() => Open(Path, SqliteOpenMode.ReadOnly, _ => { });

    /// <summary>Reads without locks and without a log: only right while nobody writes. Leaves no trace beside the file.</summary>
    private SqliteSession OpenImmutable() => Open($"file:///{EscapedPath()}?immutable=1", SqliteOpenMode.ReadOnly, _ => { });

    private SqliteSession Open(string source, SqliteOpenMode mode, Action<SqliteSession> prepare)
    {
        // SQLite waits first; where it may not (one connection would wait for another), Microsoft.Data.Sqlite tries again as long.
        var seconds = Math.Max(1, (int)busyTimeout.TotalSeconds);
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = seconds }.ConnectionString);
        try
        {
            connection.Open();
            var session = new SqliteSession(connection);
            session.Execute($"PRAGMA busy_timeout={(int)busyTimeout.TotalMilliseconds}");
            session.Execute("PRAGMA cell_size_check=ON");
            prepare(session);
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Create(SqliteSession session)
    {
        // Before the log comes into use, so that the file's own header tells whose it is from the first moment on.
        session.Execute("BEGIN IMMEDIATE");
        var applicationId = session.Int64("PRAGMA application_id");
        if (applicationId != ApplicationId)
        {
            if (session.Int64("SELECT count(*) FROM sqlite_master") > 0)
            {
                throw Refusal((int)applicationId, layout: null);
            }

            session.Execute($"PRAGMA application_id={ApplicationId}");
            session.Execute($"PRAGMA user_version={Layout}");
            session.Execute("CREATE TABLE _sequence (Value INTEGER NOT NULL)");
            session.Execute("INSERT INTO _sequence VALUES (0)");
        }

        session.Execute("COMMIT");
    }

    private StorageException Refusal(int applicationId, int? layout) => new(layout switch
    {
        null => $"Storage file '{Path}' is a SQLite database of another program (application id {applicationId}, ours is {ApplicationId}). " +
            "Nothing was changed. Choose another data folder.",
        < Layout => $"Storage file '{Path}' was written by an earlier version: it has layout {layout}, this version needs layout {Layout}. " +
            "Nothing was changed. Move the file away to begin anew, or go on with the version that wrote it.",
        _ => $"Storage file '{Path}' was written by a later version: it has layout {layout}, this version needs layout {Layout}. " +
            "Nothing was changed. Install that version, or choose another data folder.",
    });

    private byte[]? ReadHeader()
    {
        // The usual case of a new data folder; an exception takes as long as the rest of opening.
        if (!System.IO.Path.Exists(Path))
        {
            return null;
        }

        try
        {
            using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var header = new byte[100];
            return stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == 0 ? null : header;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"Storage file '{Path}': the file cannot be opened: {e.Message}", e) { IsDenied = true };
        }
    }

    private bool IsFirstLayout(bool usesLog)
    {
        try
        {
            // A log without writers (they were killed) is read as well, and then SQLite may leave its index beside it.
            using var session = usesLog && !HasLog() ? OpenImmutable() : OpenBesideWriter();
            return session.Int64("SELECT count(*) FROM sqlite_master WHERE name = '_sequence'") > 0;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Describe(Path, e);
        }
    }

    private bool HasLog() => new FileInfo(Log) is { Exists: true, Length: > 0 };

    // System.Uri would take %41 in a name for an escaped A.
    private string EscapedPath() =>
        string.Join('/', Path.Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Select(Uri.EscapeDataString));
}

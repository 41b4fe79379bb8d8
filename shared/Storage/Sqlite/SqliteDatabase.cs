using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>
/// One SQLite file: a single writer that commits all waiting writes in one transaction, and read connections beside it (WAL).
/// A write is acknowledged after its commit: it survives the end of the process, not always a power cut (synchronous=NORMAL).
/// Several processes may use the file at once.
/// </summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    // Bounds how long one commit takes and how large the write-ahead log grows between two checkpoints.
    private const int WritesPerCommit = 512;
    private const int IdleReaders = 4;

    private readonly Channel<SqliteWrite> _writes = Channel.CreateUnbounded<SqliteWrite>(new() { SingleReader = true });
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly SqliteFile _file;
    private readonly Func<SqliteSession> _openReader;
    private readonly Task _writing;
    private SqliteWriter? _writer;
    private volatile bool _isDisposed;

    private SqliteDatabase(SqliteFile file, bool mayBeReadOnly)
    {
        _file = file;
        _openReader = file.OpenReader;
        file.CheckIsOurs();
        try
        {
            _writer = new SqliteWriter(file.OpenWriter());
        }
        catch (SqliteException e)
        {
            var failure = SqliteErrors.Describe(Path, e);
            _openReader = (mayBeReadOnly && failure.IsDenied ? file.UnwritableReader() : null) ?? throw failure;
            IsReadOnly = true;
        }

        _writing = Task.Run(WriteAsync);
    }

    public string Path => _file.Path;

    /// <summary>True when this user may only read the file; writing then fails with the reason.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Opens the file, or makes it and its folder.</summary>
    /// <param name="mayBeReadOnly">A file that cannot be written is opened all the same, to be read.</param>
    /// <exception cref="StorageException">The file cannot be used, or it is not ours.</exception>
    public static SqliteDatabase Open(string path, bool mayBeReadOnly = false) => Open(path, SqliteFile.DefaultBusyTimeout, mayBeReadOnly);

    internal static SqliteDatabase Open(string path, TimeSpan busyTimeout, bool mayBeReadOnly = false)
    {
        var fullPath = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(fullPath)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"Data folder '{System.IO.Path.GetDirectoryName(fullPath)}' cannot be made: {e.Message}", e);
        }

        return new SqliteDatabase(new SqliteFile(fullPath, busyTimeout), mayBeReadOnly);
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _writes.Writer.TryComplete();
        await _writing;
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        CloseWriter();
    }

    internal Task<T> WriteAsync<T>(Func<SqliteWriter, T> work, CancellationToken cancellationToken)
    {
        var write = new SqliteWrite<T>(work, cancellationToken);
        ObjectDisposedException.ThrowIf(!_writes.Writer.TryWrite(write), this);
        return write.Completion;
    }

    /// <summary>Reads what is committed. A read is short and mostly served from memory, so it runs on the caller's thread.</summary>
    internal T Read<TState, T>(TState state, Func<SqliteSession, TState, T> read)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        SqliteSession? session = null;
        try
        {
            session = _readers.TryTake(out var idle) ? idle : _openReader();
            var result = read(session, state);
            if (!_isDisposed && _readers.Count < IdleReaders)
            {
                _readers.Add(session);
                session = null;
            }

            return result;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Describe(Path, e);
        }
        finally
        {
            // A connection that failed is not used again: its error may stick to it.
            session?.Dispose();
        }
    }

    /// <summary>Looks at every page: a damaged one can hide rows, and a read that finds none of them notices nothing.</summary>
    /// <exception cref="StorageException">The file is damaged.</exception>
    internal void ThrowIfDamaged()
    {
        var finding = Read(this, static (session, _) =>
        {
            var statement = session.Statement("PRAGMA quick_check(1)");
            var text = statement.Step() ? statement.Text(0) : "ok";
            statement.Reset();
            return text;
        });
        if (finding != "ok")
        {
            throw SqliteErrors.Describe(Path, new SqliteException(finding, raw.SQLITE_CORRUPT));
        }
    }

    private async Task WriteAsync()
    {
        var group = new List<SqliteWrite>(WritesPerCommit);
        while (await _writes.Reader.WaitToReadAsync())
        {
            while (group.Count < WritesPerCommit && _writes.Reader.TryRead(out var write))
            {
                if (!write.IsCanceled)
                {
                    group.Add(write);
                }
            }

            while (group.Count > 0 && !TryCommit(group))
            {
                // The write that stood in the way is out of the group; its neighbours are tried anew.
            }

            group.Clear();
        }
    }

    /// <summary>Commits or fails all of the group; false when only one write failed, which is then no longer in the group.</summary>
    private bool TryCommit(List<SqliteWrite> group)
    {
        SqliteWrite? running = null;
        try
        {
            _writer ??= new SqliteWriter(_file.OpenWriter());
            _writer.Begin();
            foreach (var write in group)
            {
                running = write;
                write.Run(_writer);
            }

            running = null;
            _writer.Commit();
        }
        catch (Exception e)
        {
            var failure = e is SqliteException failed && !SqliteErrors.IsBadSubmission(failed) ? SqliteErrors.Describe(Path, failed) : e;
            if (running is not null && SqliteErrors.IsOfOneWrite(e) && TryRollback())
            {
                group.Remove(running);
                running.Fail(failure);
                return false;
            }

            // A new connection forgets the transaction, the tables believed to exist and whatever ailed the old one.
            CloseWriter();
            group.ForEach(write => write.Fail(failure));
            return true;
        }

        group.ForEach(write => write.Complete());
        return true;
    }

    private bool TryRollback()
    {
        try
        {
            _writer!.Rollback();
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private void CloseWriter()
    {
        _writer?.Dispose();
        _writer = null;
    }
}

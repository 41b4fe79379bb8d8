using System.Collections.Concurrent;
using System.Threading.Channels;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>
/// One SQLite file: a single writer that commits all waiting writes in one transaction, and read connections beside it (WAL).
/// A write is acknowledged after its commit: it survives the end of the process, not always a power cut (synchronous=NORMAL).
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    // Bounds how long one commit takes and how large the write-ahead log grows between two checkpoints.
    private const int WritesPerCommit = 512;
    private const int IdleReaders = 4;

    private readonly Channel<SqliteWrite> _writes = Channel.CreateUnbounded<SqliteWrite>(new() { SingleReader = true });
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly Task _writing;
    private SqliteSession? _writer;
    private SqliteWriteTransaction? _transaction;
    private volatile bool _isDisposed;

    private readonly Func<SqliteSession> _openReader;

    private SqliteDatabase(string path, bool mayBeReadOnly)
    {
        Path = path;
        _openReader = () => new SqliteSession(path, readOnly: true);
        try
        {
            OpenWriter();
        }
        catch (StorageException e) when (mayBeReadOnly && e.IsDenied && SqliteReadOnlyFile.Reader(path) is { } reader)
        {
            (IsReadOnly, _openReader) = (true, reader);
        }

        _writing = Task.Run(WriteAsync);
    }

    public string Path { get; }

    /// <summary>True when this user may only read the file; writing then fails with the reason.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Opens the file, or makes it and its folder.</summary>
    /// <param name="mayBeReadOnly">A file that cannot be written is opened all the same, to be read.</param>
    public static SqliteDatabase Open(string path, bool mayBeReadOnly = false)
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

        return new SqliteDatabase(fullPath, mayBeReadOnly);
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

    internal Task<T> WriteAsync<T>(Func<SqliteWriteTransaction, T> work, CancellationToken cancellationToken)
    {
        var write = new SqliteWrite<T>(work, cancellationToken);
        ObjectDisposedException.ThrowIf(!_writes.Writer.TryWrite(write), this);
        return write.Completion;
    }

    /// <summary>Reads what is committed. A read is short and mostly served from memory, so it runs on the caller's thread.</summary>
    internal T Read<TState, T>(TState state, Func<SqliteSession, TState, T> read)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var session = _readers.TryTake(out var idle) ? idle : _openReader();
        try
        {
            var result = read(session, state);
            if (!_isDisposed && _readers.Count < IdleReaders)
            {
                _readers.Add(session);
                session = null;
            }

            return result;
        }
        finally
        {
            // A connection that failed is not used again: its error may stick to it.
            session?.Dispose();
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

            if (group.Count > 0)
            {
                Commit(group);
                group.Clear();
            }
        }
    }

    private void Commit(List<SqliteWrite> group)
    {
        try
        {
            var transaction = _transaction ?? OpenWriter();
            transaction.Begin();
            foreach (var write in group)
            {
                write.Run(transaction);
            }

            transaction.Commit();
        }
        catch (Exception e)
        {
            // A new connection forgets the transaction, the tables believed to exist and whatever ailed the old one.
            CloseWriter();
            foreach (var write in group)
            {
                write.Fail(e);
            }

            return;
        }

        foreach (var write in group)
        {
            write.Complete();
        }
    }

    private SqliteWriteTransaction OpenWriter()
    {
        var session = new SqliteSession(Path, readOnly: false);
        try
        {
            session.Execute("PRAGMA journal_mode=WAL");
            session.Execute("PRAGMA synchronous=NORMAL");

            // 16 MB of log between checkpoints: each one copies a hot page once, however often it was written, and then waits for the disk.
            session.Execute("PRAGMA wal_autocheckpoint=4000");
            session.Execute("CREATE TABLE IF NOT EXISTS _sequence (Value INTEGER NOT NULL)");
            session.Execute("INSERT INTO _sequence SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM _sequence)");
            session.Execute(
                "CREATE TABLE IF NOT EXISTS _messages (Id INTEGER PRIMARY KEY, Queue TEXT NOT NULL, VisibleAt INTEGER NOT NULL, " +
                "PopReceipt INTEGER NOT NULL, DequeueCount INTEGER NOT NULL, Text TEXT NOT NULL)");
            session.Execute("CREATE INDEX IF NOT EXISTS _messagesByTime ON _messages (Queue, VisibleAt)");
        }
        catch
        {
            session.Dispose();
            throw;
        }

        _writer = session;
        return _transaction = new SqliteWriteTransaction(session);
    }

    private void CloseWriter()
    {
        _writer?.Dispose();
        _writer = null;
        _transaction = null;
    }
}

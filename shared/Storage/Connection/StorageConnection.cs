using Azure.Storage.Queues;
using FunctionsEval.Storage.Azure;
using FunctionsEval.Storage.Sqlite;

namespace FunctionsEval.Storage.Connection;

/// <summary>The store of one process. Dispose it last.</summary>
public sealed class StorageConnection : IAsyncDisposable
{
    /// <summary>The SQLite file in the data folder.</summary>
    public const string FileName = "data.db";

    private readonly SqliteDatabase? _database;

    private StorageConnection(AzureAccount account)
    {
        Entities = new AzureEntityStore(account.Tables);
        Queues = account.Queues;
        Description = account.Description;
    }

    private StorageConnection(SqliteDatabase database)
    {
        _database = database;
        Entities = new SqliteEntityStore(database);
        Description = $"SQLite {database.Path}{(database.IsReadOnly ? " (read-only)" : "")}";
    }

    public IEntityStore Entities { get; }

    /// <summary>Null for the SQLite file. Messages are base64, as the Functions queue trigger expects them; the caller makes its queues.</summary>
    public QueueServiceClient? Queues { get; }

    /// <summary>For people and logs: the kind and the place, never a secret.</summary>
    public string Description { get; }

    /// <summary>True for the SQLite file.</summary>
    public bool IsLocal => _database is not null;

    /// <summary>True for a SQLite file that this user may only read.</summary>
    public bool IsReadOnly => _database is { IsReadOnly: true };

    /// <param name="mayBeReadOnly">A SQLite file that this user may not write is opened all the same, to be read.</param>
    /// <exception cref="FormatException">A setting is malformed; the message names it.</exception>
    /// <exception cref="StorageException">The file or its folder cannot be used.</exception>
    public static StorageConnection Open(StorageSettings settings, bool mayBeReadOnly = false)
    {
        var account = string.IsNullOrWhiteSpace(settings.ConnectionString)
            ? AzureAccount.FromIdentity(settings)
            : AzureAccount.FromConnectionString(settings.ConnectionString);
        return account is not null
            ? new StorageConnection(account)
            : new StorageConnection(SqliteDatabase.Open(Path.Combine(settings.DataFolder, FileName), mayBeReadOnly));
    }

    /// <summary>For whoever does not find what should be there: reads the whole SQLite file.</summary>
    /// <exception cref="StorageException">It is damaged.</exception>
    public void ThrowIfDamaged() => _database?.ThrowIfDamaged();

    public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;
}

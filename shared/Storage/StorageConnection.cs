using Azure.Storage.Queues;
using FunctionsEval.Storage.Azure;
using FunctionsEval.Storage.Ownership;
using FunctionsEval.Storage.Sqlite;

namespace FunctionsEval.Storage;

/// <summary>The store and the queues of one process, and the right to own them. Dispose it last.</summary>
public sealed class StorageConnection : IAsyncDisposable
{
    /// <summary>The SQLite file in the data folder.</summary>
    public const string FileName = "data.db";

    private readonly string? _dataFolder;
    private readonly SqliteDatabase? _database;
    private readonly TimeProvider _clock;

    private StorageConnection(
        IEntityStore entities, QueueServiceClient? queues, string description, TimeProvider clock, string? dataFolder = null, SqliteDatabase? database = null)
    {
        Entities = entities;
        Queues = queues;
        Description = description;
        _clock = clock;
        _dataFolder = dataFolder;
        _database = database;
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
    public static StorageConnection Open(StorageSettings settings, TimeProvider clock, bool mayBeReadOnly = false)
    {
        var account = string.IsNullOrWhiteSpace(settings.ConnectionString)
            ? AzureAccount.FromIdentity(settings)
            : AzureAccount.FromConnectionString(settings.ConnectionString);
        if (account is not null)
        {
            return new StorageConnection(new AzureEntityStore(account.Tables), account.Queues, account.Description, clock);
        }

        var database = SqliteDatabase.Open(Path.Combine(settings.DataFolder, FileName), mayBeReadOnly);
        return new StorageConnection(
            new SqliteEntityStore(database),
            queues: null,
            $"SQLite {database.Path}{(database.IsReadOnly ? " (read-only)" : "")}",
            clock,
            settings.DataFolder,
            database);
    }

    /// <summary>Asks for the right to run the engine here: a file lock beside the SQLite file, a lease row in Azure.</summary>
    public Task<OwnershipResult> AcquireOwnershipAsync(CancellationToken cancellationToken) =>
        _dataFolder is not null
            ? Task.FromResult(FileOwnership.Acquire(_dataFolder, _clock))
            : LeaseOwnership.AcquireAsync(Entities, StoreOwner.ThisProcess(_clock), _clock, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Entities.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}

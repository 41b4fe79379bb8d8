using Azure.Core;
using Azure.Identity;
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
        IEntityStore entities, IMessageQueue queues, string description, TimeProvider clock, string? dataFolder = null, SqliteDatabase? database = null)
    {
        Entities = entities;
        Queues = queues;
        Description = description;
        _clock = clock;
        _dataFolder = dataFolder;
        _database = database;
    }

    public IEntityStore Entities { get; }

    public IMessageQueue Queues { get; }

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
        if (!string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            var endpoint = ParsedConnection(settings.ConnectionString).TableEndpoint;
            return new StorageConnection(
                new AzureEntityStore(settings.ConnectionString, clock), new AzureMessageQueue(settings.ConnectionString), $"Azure Storage {endpoint}", clock);
        }

        var tables = Endpoint("tableServiceUri", settings.TableServiceUri, settings.AccountName, "table");
        var queues = Endpoint("queueServiceUri", settings.QueueServiceUri, settings.AccountName, "queue");
        if ((tables is null) != (queues is null))
        {
            throw new FormatException("AzureWebJobsStorage__tableServiceUri and __queueServiceUri belong together: give both, or __accountName.");
        }

        if (tables is not null)
        {
            var credential = CredentialOf(settings);
            return new StorageConnection(
                new AzureEntityStore(tables, credential), new AzureMessageQueue(queues!, credential), $"Azure Storage {tables} (identity)", clock);
        }

        var database = SqliteDatabase.Open(Path.Combine(settings.DataFolder, FileName), mayBeReadOnly);
        return new StorageConnection(
            new SqliteEntityStore(database),
            new SqliteMessageQueue(database, clock),
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
        await Queues.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private static StorageConnectionString ParsedConnection(string text)
    {
        try
        {
            return StorageConnectionString.Parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"AzureWebJobsStorage: {e.Message}", e);
        }
    }

    private static TokenCredential CredentialOf(StorageSettings settings) => settings.Credential switch
    {
        null or "" => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.ClientId }),
        "managedidentity" => new ManagedIdentityCredential(
            settings.ClientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(settings.ClientId)),
        var other => throw new FormatException($"AzureWebJobsStorage__credential '{other}': only 'managedidentity' is known; leave it out for the default chain."),
    };

    private static Uri? Endpoint(string setting, string? given, string? accountName, string service)
    {
        if (string.IsNullOrWhiteSpace(given))
        {
            return string.IsNullOrWhiteSpace(accountName)
                ? null
                : accountName.Length is >= 3 and <= 24 && accountName.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter))
                    ? new Uri($"https://{accountName}.{service}.core.windows.net")
                    : throw new FormatException($"AzureWebJobsStorage__accountName '{accountName}': an account name is 3 to 24 lower-case letters and digits.");
        }

        return Uri.TryCreate(given, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
            ? uri
            : throw new FormatException($"AzureWebJobsStorage__{setting} '{given}' is not an https address.");
    }
}

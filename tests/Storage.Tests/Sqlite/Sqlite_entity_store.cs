using FunctionsEval.Storage.Sqlite;
using FunctionsEval.Storage.Tests.Entities;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Sqlite;

public sealed class Sqlite_entity_store : EntityStoreContract, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;

    public Sqlite_entity_store()
    {
        _database = SqliteDatabase.Open(_folder.File("data.db"));
        Store = new SqliteEntityStore(_database);
    }

    protected override IEntityStore Store { get; }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }
}

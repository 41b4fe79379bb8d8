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

    [Fact]
    public async Task A_token_does_not_lead_out_of_its_range()
    {
        foreach (var partition in new[] { "a", "b" })
        {
            await Store.SubmitAsync("rows", [.. Enumerable.Range(0, 4).Select(row => EntityOperation.Insert(new Entity(partition, $"{row}")))], TestContext.Current.CancellationToken);
        }

        var token = (await PageAsync(new EntityQuery("rows", "a", PageSize: 1))).ContinuationToken;

        await Assert.ThrowsAsync<ContinuationTokenException>(() => PageAsync(new EntityQuery("rows", "b"), token));
        await Assert.ThrowsAsync<ContinuationTokenException>(() => PageAsync(new EntityQuery("rows", "a", RowFrom: "2"), token));
        await Assert.ThrowsAsync<ContinuationTokenException>(() => PageAsync(new EntityQuery("rows", PartitionFrom: "b"), token));
        Assert.Empty((await PageAsync(new EntityQuery("rows", "a", RowTo: "1"), token)).Entities);

        Task<EntityPage> PageAsync(EntityQuery query, string? token = null) => Store.QueryPageAsync(query, token, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }
}

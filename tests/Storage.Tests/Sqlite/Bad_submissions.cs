using FunctionsEval.Storage.Sqlite;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Sqlite;

/// <summary>A trigger stands for whatever a file may refuse that the rules of the store let through.</summary>
public sealed class Bad_submissions : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteEntityStore _store;

    public Bad_submissions()
    {
        _database = SqliteDatabase.Open(_folder.File("data.db"));
        _store = new SqliteEntityStore(_database);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_submission_that_the_file_refuses_fails_its_caller_and_no_neighbour()
    {
        await _store.SubmitAsync("rows", EntityOperation.Insert(new Entity("p", "first")), Cancel);
        Sql.Execute(
            _database.Path,
            "CREATE TRIGGER refuse BEFORE INSERT ON rows WHEN NEW.RowKey LIKE 'bad%' BEGIN SELECT RAISE(ABORT, 'no bad rows'); END");
        var writes = Enumerable.Range(0, 300).Select(number => _store.SubmitAsync(
            number % 7 == 3 ? "rows" : $"rows{number % 5}",
            [
                EntityOperation.Upsert(new Entity("p", $"{number}-before") { ["n"] = number }),
                EntityOperation.Upsert(new Entity("p", number % 7 == 3 ? $"bad-{number}" : $"{number}")),
            ],
            Cancel)).ToArray();

        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        for (var number = 0; number < writes.Length; number++)
        {
            if (number % 7 == 3)
            {
                var error = await Assert.ThrowsAsync<ArgumentException>(() => writes[number]);
                Assert.Contains("no bad rows", error.Message, StringComparison.Ordinal);
                Assert.Null(await _store.FindAsync("rows", "p", $"{number}-before", Cancel));
            }
            else
            {
                Assert.True((await writes[number]).IsApplied);
                Assert.NotNull(await _store.FindAsync($"rows{number % 5}", "p", $"{number}-before", Cancel));
            }
        }
    }

    [Fact]
    public async Task A_table_of_another_shape_fails_its_callers_and_no_neighbour()
    {
        await _store.SubmitAsync("good", EntityOperation.Insert(new Entity("p", "first")), Cancel);
        Sql.Execute(_database.Path, "CREATE TABLE odd (a TEXT)");

        var odd = _store.SubmitAsync("odd", EntityOperation.Insert(new Entity("p", "r")), Cancel);
        var good = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => _store.SubmitAsync("good", EntityOperation.Insert(new Entity("p", $"{number}")), Cancel)));

        Assert.All(good, result => Assert.True(result.IsApplied));
        var error = await Assert.ThrowsAsync<StorageException>(() => odd);
        Assert.Contains(_database.Path, error.Message, StringComparison.Ordinal);
    }
}

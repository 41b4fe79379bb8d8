namespace FunctionsEval.Storage.Tests.Entities;

public abstract partial class EntityStoreContract
{
    [Fact]
    public async Task A_batch_of_100_is_applied_and_sets_every_etag()
    {
        var entities = Enumerable.Range(0, 100).Select(number => new Entity("p", $"{number:D3}") { ["n"] = number }).ToArray();

        await InsertAsync(entities);
        var page = await Store.QueryPageAsync(new EntityQuery(_table, "p"), null, Cancel);

        Assert.Equal(entities.Select(entity => (entity.RowKey, entity.ETag)), page.Entities.Select(entity => (entity.RowKey, entity.ETag)));
        Assert.All(entities, entity => Assert.NotNull(entity.ETag));
    }

    [Fact]
    public async Task A_batch_of_101_or_of_none_is_refused()
    {
        var operations = Enumerable.Range(0, 101).Select(number => EntityOperation.Insert(new Entity("p", $"{number:D3}"))).ToArray();

        await RefusedAsync("101 operations", operations);
        await RefusedAsync("0 operations", []);

        Assert.Empty(await KeysAsync(new EntityQuery(_table)));
    }

    [Fact]
    public async Task A_batch_is_of_one_partition_and_names_each_row_once()
    {
        await RefusedAsync("one partition", EntityOperation.Insert(new Entity("p", "r")), EntityOperation.Insert(new Entity("q", "r")));
        await RefusedAsync("'r' appears twice", EntityOperation.Insert(new Entity("p", "r")), EntityOperation.Delete("p", "r"));
    }

    [Theory]
    [InlineData(SubmitStatus.AlreadyExists)]
    [InlineData(SubmitStatus.Conflict)]
    [InlineData(SubmitStatus.NotFound)]
    public async Task A_batch_with_one_refused_operation_changes_nothing_and_names_it(SubmitStatus expected)
    {
        var stale = new Entity("p", "changed") { ["v"] = 1 };
        await InsertAsync(stale, new Entity("p", "there") { ["v"] = 1 }, new Entity("p", "doomed"));
        await UpsertAsync(new Entity("p", "changed") { ["v"] = 2 });
        var refused = expected switch
        {
            SubmitStatus.AlreadyExists => EntityOperation.Insert(new Entity("p", "there") { ["v"] = 9 }),
            SubmitStatus.Conflict => EntityOperation.Replace(stale),
            _ => EntityOperation.Delete("p", "missing"),
        };
        var untouched = new Entity("p", "new");

        var result = await Store.SubmitAsync(
            _table,
            [
                EntityOperation.Insert(untouched),
                EntityOperation.Delete("p", "doomed"),
                EntityOperation.Upsert(new Entity("p", "also") { ["v"] = 1 }),
                refused,
                EntityOperation.Upsert(new Entity("p", "last")),
            ],
            Cancel);

        Assert.Equal(new SubmitResult(expected, 3), result);
        Assert.Null(untouched.ETag);
        Assert.Equal([("p", "changed"), ("p", "doomed"), ("p", "there")], await KeysAsync(new EntityQuery(_table)));
        Assert.Equal(2, (await FindAsync("p", "changed"))!.GetInt64("v"));
        Assert.Equal(1, (await FindAsync("p", "there"))!.GetInt64("v"));
    }

    [Fact]
    public async Task A_batch_of_every_kind_is_applied_as_one()
    {
        var replaced = new Entity("p", "replaced") { ["v"] = 1 };
        await InsertAsync(replaced, new Entity("p", "deleted"), new Entity("p", "upserted") { ["v"] = 1 });
        replaced["v"] = 2;

        var result = await Store.SubmitAsync(
            _table,
            [
                EntityOperation.Insert(new Entity("p", "inserted") { ["v"] = 2 }),
                EntityOperation.Replace(replaced),
                EntityOperation.Delete("p", "deleted"),
                EntityOperation.Upsert(new Entity("p", "upserted") { ["v"] = 2 }),
            ],
            Cancel);

        Assert.Equal(SubmitResult.Applied, result);
        Assert.Equal([("p", "inserted"), ("p", "replaced"), ("p", "upserted")], await KeysAsync(new EntityQuery(_table)));
        var page = await Store.QueryPageAsync(new EntityQuery(_table), null, Cancel);
        Assert.All(page.Entities, entity => Assert.Equal(2, entity.GetInt64("v")));
        Assert.Equal(replaced.ETag, page.Entities[1].ETag);
    }

    [Fact]
    public async Task A_refused_batch_does_not_harm_its_neighbours()
    {
        await InsertAsync(new Entity("p", "there"));

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Store.SubmitAsync(
            _table,
            [
                EntityOperation.Upsert(new Entity("p", $"first-{number:D2}")),
                EntityOperation.Insert(new Entity("p", number % 2 == 0 ? "there" : $"second-{number:D2}")),
            ],
            Cancel)));

        Assert.Equal(
            Enumerable.Range(0, 16).Select(number => number % 2 == 0 ? new SubmitResult(SubmitStatus.AlreadyExists, 1) : SubmitResult.Applied),
            results);
        Assert.Equal(1 + 16, (await KeysAsync(new EntityQuery(_table))).Count);
    }

    [Fact]
    public async Task Many_submitters_lose_no_update_of_a_counter()
    {
        await InsertAsync(new Entity("p", "counter") { ["n"] = 0 });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var done = 0; done < 10;)
            {
                var counter = (await FindAsync("p", "counter"))!;
                counter["n"] = counter.GetInt64("n") + 1;
                done += (await Store.SubmitAsync(_table, EntityOperation.Replace(counter), Cancel)).IsApplied ? 1 : 0;
            }
        }));

        Assert.Equal(80, (await FindAsync("p", "counter"))!.GetInt64("n"));
    }

    private async Task RefusedAsync(string rule, params EntityOperation[] operations)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Store.SubmitAsync(_table, operations, Cancel));
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }
}

namespace FunctionsEval.Storage.Tests.Entities;

/// <summary>What every entity store must do. Each backend inherits it; each test has a table of its own.</summary>
public abstract partial class EntityStoreContract
{
    private readonly string _table = $"T{Guid.NewGuid():N}";

    protected abstract IEntityStore Store { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_comes_back_with_every_type_of_property()
    {
        var entity = new Entity("p", "r")
        {
            ["text"] = "naïve \"quoted\" \\ / <tag> & 日本語 \U0001F600 \u0001 line\r\nline",
            ["empty"] = "",
            ["yes"] = true,
            ["no"] = false,
            ["small"] = 7,
            ["largest"] = long.MaxValue,
            ["smallest"] = long.MinValue,
            ["whole"] = 3.0,
            ["tenth"] = 0.1,
            ["tiny"] = double.Epsilon,
            ["huge"] = double.MaxValue,
            ["notANumber"] = double.NaN,
            ["infinite"] = double.PositiveInfinity,
            ["minusInfinite"] = double.NegativeInfinity,
            ["time"] = new DateTimeOffset(2026, 1, 31, 23, 59, 59, TimeSpan.FromHours(5)).AddTicks(1_234_567),
            ["firstTime"] = new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero),
            ["bytes"] = new byte[] { 0, 1, 127, 128, 255 },
            ["noBytes"] = Array.Empty<byte>(),
            ["_underscore"] = "x",
        };

        await InsertAsync(entity);
        var found = await FindAsync("p", "r");

        Assert.Equal(entity.Properties.Keys.Order(StringComparer.Ordinal), found!.Properties.Keys.Order(StringComparer.Ordinal));
        Assert.All(entity.Properties, property => Assert.Equal(property.Value, found.Properties[property.Key]));
        Assert.Equal(TimeSpan.Zero, found.GetDateTimeOffset("time")!.Value.Offset);
        Assert.Equal(entity.ETag, found.ETag);
    }

    [Fact]
    public async Task What_does_not_exist_is_null_or_empty()
    {
        Assert.Null(await FindAsync("p", "r"));
        Assert.Empty(await KeysAsync(new EntityQuery(_table)));

        await InsertAsync(new Entity("p", "r"));

        Assert.Null(await FindAsync("p", "other"));
        Assert.Null(await FindAsync("other", "r"));
        Assert.Empty((await FindAsync("p", "r"))!.Properties);
    }

    [Fact]
    public async Task Of_many_concurrent_inserts_exactly_one_wins()
    {
        await InsertAsync(new Entity("p", "before"));

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(async number =>
            (Number: number, Result: await Store.SubmitAsync(_table, EntityOperation.Insert(new Entity("p", "r") { ["winner"] = number }), Cancel))));

        var winner = Assert.Single(results, result => result.Result.IsApplied);
        Assert.All(results.Except([winner]), loser => Assert.Equal(new SubmitResult(SubmitStatus.AlreadyExists, 0), loser.Result));
        Assert.Equal(winner.Number, (await FindAsync("p", "r"))!.GetInt64("winner"));
    }

    [Fact]
    public async Task Of_many_concurrent_first_writes_to_a_table_all_succeed()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            Store.SubmitAsync(_table, EntityOperation.Insert(new Entity("p", $"{number}")), Cancel)));

        Assert.All(results, result => Assert.True(result.IsApplied));
        Assert.Equal(8, (await KeysAsync(new EntityQuery(_table))).Count);
    }

    [Fact]
    public async Task An_upsert_inserts_and_then_replaces_all_properties()
    {
        var first = new Entity("p", "r") { ["a"] = 1, ["b"] = 2 };
        await UpsertAsync(first);
        var second = new Entity("p", "r") { ["a"] = 3 };
        await UpsertAsync(second);

        var found = await FindAsync("p", "r");

        Assert.Equal(3, found!.GetInt64("a"));
        Assert.Null(found["b"]);
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal(second.ETag, found.ETag);
    }

    [Fact]
    public async Task A_replace_wins_only_with_the_current_etag()
    {
        await InsertAsync(new Entity("p", "r") { ["a"] = 1 });
        var mine = (await FindAsync("p", "r"))!;
        var theirs = (await FindAsync("p", "r"))!;
        theirs["a"] = 2;
        Assert.True((await Store.SubmitAsync(_table, EntityOperation.Replace(theirs), Cancel)).IsApplied);

        mine["a"] = 3;
        var late = await Store.SubmitAsync(_table, EntityOperation.Replace(mine), Cancel);
        theirs["a"] = 4;
        var again = await Store.SubmitAsync(_table, EntityOperation.Replace(theirs), Cancel);

        Assert.Equal(new SubmitResult(SubmitStatus.Conflict, 0), late);
        Assert.True(again.IsApplied);
        Assert.Equal(4, (await FindAsync("p", "r"))!.GetInt64("a"));
    }

    [Fact]
    public async Task A_replace_of_a_missing_row_is_not_found()
    {
        var entity = new Entity("p", "r");
        await InsertAsync(entity);
        await Store.SubmitAsync(_table, EntityOperation.Delete("p", "r"), Cancel);

        Assert.Equal(new SubmitResult(SubmitStatus.NotFound, 0), await Store.SubmitAsync(_table, EntityOperation.Replace(entity), Cancel));
    }

    [Fact]
    public async Task An_etag_does_not_come_back_when_a_row_is_made_anew()
    {
        var old = new Entity("p", "r");
        await InsertAsync(old);
        await Store.SubmitAsync(_table, EntityOperation.Delete("p", "r"), Cancel);
        await InsertAsync(new Entity("p", "r"));

        Assert.Equal(new SubmitResult(SubmitStatus.Conflict, 0), await Store.SubmitAsync(_table, EntityOperation.Replace(old), Cancel));
    }

    [Fact]
    public async Task A_delete_takes_any_version_or_just_the_one_named()
    {
        var old = new Entity("p", "r");
        await InsertAsync(old);
        var current = new Entity("p", "r");
        await UpsertAsync(current);

        Assert.Equal(new SubmitResult(SubmitStatus.Conflict, 0), await Store.SubmitAsync(_table, EntityOperation.Delete("p", "r", old.ETag), Cancel));
        Assert.True((await Store.SubmitAsync(_table, EntityOperation.Delete("p", "r", current.ETag), Cancel)).IsApplied);
        Assert.Equal(new SubmitResult(SubmitStatus.NotFound, 0), await Store.SubmitAsync(_table, EntityOperation.Delete("p", "r"), Cancel));
        await InsertAsync(new Entity("p", "r"));
        Assert.True((await Store.SubmitAsync(_table, EntityOperation.Delete("p", "r"), Cancel)).IsApplied);
        Assert.Null(await FindAsync("p", "r"));
    }

    [Fact]
    public async Task A_cancelled_call_throws_and_writes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.SubmitAsync(_table, EntityOperation.Insert(new Entity("p", "r")), cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.FindAsync(_table, "p", "r", cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.QueryPageAsync(new EntityQuery(_table), null, cancelled.Token));

        Assert.Null(await FindAsync("p", "r"));
    }

    private Task<Entity?> FindAsync(string partitionKey, string rowKey) => Store.FindAsync(_table, partitionKey, rowKey, Cancel);

    private async Task InsertAsync(params Entity[] entities) =>
        Assert.Equal(SubmitResult.Applied, await Store.SubmitAsync(_table, [.. entities.Select(EntityOperation.Insert)], Cancel));

    private async Task UpsertAsync(params Entity[] entities) =>
        Assert.Equal(SubmitResult.Applied, await Store.SubmitAsync(_table, [.. entities.Select(EntityOperation.Upsert)], Cancel));

    private async Task<List<(string Partition, string Row)>> KeysAsync(EntityQuery query)
    {
        List<(string, string)> keys = [];
        await foreach (var entity in Store.QueryAsync(query, Cancel))
        {
            keys.Add((entity.PartitionKey, entity.RowKey));
        }

        return keys;
    }
}

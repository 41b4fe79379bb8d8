namespace FunctionsEval.Storage.Tests.Entities;

public abstract partial class EntityStoreContract
{
    // Every character that Table storage forbids or escapes, their neighbours, and some that tempt a URL, OData or SQL.
    private static readonly string[] OddKeys =
        ["", " ", "!", "\"", "#", "$", "%", "%2F", "&", "'", "''", "+", "-", ".", "/", "//", "0", ":", ";", "<", ">", "?", "@", "A", "[", "\\", "]", "_", "a", "a b",
         "a'b", "a/b", "z", "{", "|", "}", "~", "\u007f", "\u0080", "\u009f", "\u00a0", "é", "中", "日本語", "\0", "\0\0", "a\0", "\t", "\n", "\u001f", "a\u0300", "$23", ".2F", "%25", "..", "../x", "ÿ", "\uffe6"];

    [Fact]
    public async Task Any_character_may_stand_in_a_key_and_keys_order_by_ordinal()
    {
        foreach (var chunk in OddKeys.Chunk(100))
        {
            await InsertAsync([.. chunk.Select(key => new Entity("p/'#", key) { ["key"] = key })]);
        }

        var keys = await KeysAsync(new EntityQuery(_table, "p/'#", PageSize: 7));

        Assert.Equal(OddKeys.Order(StringComparer.Ordinal), keys.Select(key => key.Row));
        foreach (var key in OddKeys)
        {
            Assert.Equal(key, (await FindAsync("p/'#", key))?.GetString("key"));
        }
    }

    [Fact]
    public async Task Any_character_may_stand_in_a_partition_key()
    {
        foreach (var key in OddKeys)
        {
            await InsertAsync(new Entity(key, "r"), new Entity(key, "s'/"));
            Assert.True((await Store.SubmitAsync(_table, EntityOperation.Delete(key, "r"), Cancel)).IsApplied);
        }

        Assert.Equal(OddKeys.Order(StringComparer.Ordinal).Select(key => (key, "s'/")), await KeysAsync(new EntityQuery(_table)));
        foreach (var key in OddKeys)
        {
            Assert.Equal([(key, "s'/")], await KeysAsync(new EntityQuery(_table, key)));
        }
    }

    [Fact]
    public async Task Characters_beyond_the_basic_plane_come_back()
    {
        await InsertAsync(new Entity("\U0001F600", "a\U0001F601"));

        Assert.Equal([("\U0001F600", "a\U0001F601")], await KeysAsync(new EntityQuery(_table, "\U0001F600")));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(6, 3)]
    [InlineData(7, 3)]
    [InlineData(5, 1)]
    public async Task Pages_follow_each_other_without_gap_or_overlap(int rows, int pageSize)
    {
        var entities = Enumerable.Range(0, rows).Select(number => new Entity("p", $"{number:D4}")).ToArray();
        if (rows > 0)
        {
            await InsertAsync(entities);
        }

        List<string> keys = [];
        string? token = null;
        do
        {
            var page = await Store.QueryPageAsync(new EntityQuery(_table, "p", PageSize: pageSize), token, Cancel);
            Assert.InRange(page.Entities.Count, 0, pageSize);
            keys.AddRange(page.Entities.Select(entity => entity.RowKey));
            token = page.ContinuationToken;
        }
        while (token is not null);

        Assert.Equal(entities.Select(entity => entity.RowKey), keys);
    }

    [Fact]
    public async Task A_token_goes_on_behind_rows_that_were_deleted_or_added_meanwhile()
    {
        await InsertAsync(new Entity("p", "1"), new Entity("p", "2"), new Entity("p", "4"));
        var first = await Store.QueryPageAsync(new EntityQuery(_table, "p", PageSize: 2), null, Cancel);
        await Store.SubmitAsync(_table, [EntityOperation.Delete("p", "2"), EntityOperation.Insert(new Entity("p", "3")), EntityOperation.Insert(new Entity("p", "0"))], Cancel);

        var second = await Store.QueryPageAsync(new EntityQuery(_table, "p", PageSize: 2), first.ContinuationToken, Cancel);

        Assert.Equal(["1", "2"], first.Entities.Select(entity => entity.RowKey));
        Assert.Equal("4", second.Entities[^1].RowKey);
        Assert.DoesNotContain(second.Entities, entity => entity.RowKey is "0" or "1");
    }

    [Fact]
    public async Task Bounds_include_from_and_exclude_to()
    {
        foreach (var partition in new[] { "a", "b", "b|1", "c" })
        {
            await InsertAsync([.. new[] { "1", "2", "2x", "3" }.Select(row => new Entity(partition, row))]);
        }

        Assert.Equal([("b", "2"), ("b", "2x")], await KeysAsync(new EntityQuery(_table, "b", RowFrom: "2", RowTo: "3")));
        Assert.Equal([("b", "3")], await KeysAsync(new EntityQuery(_table, "b", RowFrom: "3")));
        Assert.Equal([("b", "1")], await KeysAsync(new EntityQuery(_table, "b", RowTo: "2")));
        Assert.Empty(await KeysAsync(new EntityQuery(_table, "b", RowFrom: "3", RowTo: "2")));
        Assert.Equal(
            [("b", "3"), ("b|1", "3"), ("c", "3")],
            await KeysAsync(new EntityQuery(_table, PartitionFrom: "b", RowFrom: "3")));
        Assert.Equal(
            [("b", "1"), ("b", "2"), ("b|1", "1"), ("b|1", "2")],
            await KeysAsync(new EntityQuery(_table, PartitionFrom: "b", PartitionTo: "c", RowTo: "2x")));
        Assert.Equal(16, (await KeysAsync(new EntityQuery(_table))).Count);
    }

    [Fact]
    public async Task Bounds_over_several_partitions_hold_on_every_page()
    {
        foreach (var partition in new[] { "a", "b", "c" })
        {
            await InsertAsync([.. Enumerable.Range(0, 5).Select(row => new Entity(partition, $"{row}"))]);
        }

        var query = new EntityQuery(_table, PartitionFrom: "a", PartitionTo: "c", RowFrom: "1", RowTo: "4", PageSize: 2);

        Assert.Equal([("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("b", "2"), ("b", "3")], await KeysAsync(query));
    }

    [Fact]
    public async Task More_rows_than_the_largest_page_are_streamed_in_order()
    {
        await Task.WhenAll(Enumerable.Range(0, 11).Select(batch =>
            InsertAsync([.. Enumerable.Range(0, 100).Select(row => new Entity("p", $"{(batch * 100) + row:D5}"))])));

        var keys = await KeysAsync(new EntityQuery(_table, "p"));

        Assert.Equal(Enumerable.Range(0, 1100).Select(row => ("p", $"{row:D5}")), keys);
    }

    [Fact]
    public async Task A_foreign_token_and_a_bad_query_are_refused()
    {
        await InsertAsync(new Entity("p", "r"));

        await Assert.ThrowsAsync<ContinuationTokenException>(() => Store.QueryPageAsync(new EntityQuery(_table), "no such token", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.QueryPageAsync(new EntityQuery(_table, PageSize: 0), null, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.QueryPageAsync(new EntityQuery(_table, PageSize: 1001), null, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.QueryPageAsync(new EntityQuery(_table, "p", PartitionFrom: "a"), null, Cancel));
    }
}

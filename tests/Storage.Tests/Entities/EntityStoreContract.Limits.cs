namespace FunctionsEval.Storage.Tests.Entities;

public abstract partial class EntityStoreContract
{
    [Fact]
    public async Task A_property_holds_64_KiB_and_not_a_unit_more()
    {
        await InsertAsync(new Entity("p", "full") { ["text"] = new string('é', 32_768), ["bytes"] = new byte[65_536] });

        await RefusedAsync("Property 'text' of row 'r' has 65538 bytes; a property may have 65536", EntityOperation.Insert(new Entity("p", "r") { ["text"] = new string('x', 32_769) }));
        await RefusedAsync("Property 'bytes' of row 'r' has 65537 bytes", EntityOperation.Upsert(new Entity("p", "r") { ["bytes"] = new byte[65_537] }));

        var full = await FindAsync("p", "full");
        Assert.Equal(32_768, full!.GetString("text")!.Length);
        Assert.Equal(65_536, full.GetBytes("bytes")!.Length);
    }

    [Fact]
    public async Task An_entity_holds_1_MiB_and_not_a_byte_more()
    {
        var full = OfSize("full1", 1024 * 1024);

        await InsertAsync(full);
        await RefusedAsync("1048577 bytes; an entity may have 1048576", EntityOperation.Insert(OfSize("more1", (1024 * 1024) + 1)));

        var found = await FindAsync("p", "full1");
        Assert.All(full.Properties, property => Assert.Equal(property.Value, found!.Properties[property.Key]));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('é')]
    [InlineData('中')]
    [InlineData('"')]
    public async Task An_entity_full_of_text_comes_back_alone_and_in_a_batch(char letter)
    {
        foreach (var entities in new Entity[][] { [OfText("alone", letter, 15)], [OfText("first", letter, 10), OfText("second", letter, 10)] })
        {
            await InsertAsync(entities);
            foreach (var entity in entities)
            {
                Assert.Equal(entity.GetText("text"), (await FindAsync("p", entity.RowKey))!.GetText("text"));
            }
        }
    }

    [Fact]
    public async Task A_batch_holds_4_MiB_and_not_more()
    {
        var full = Enumerable.Range(0, 4).Select(number => OfSize($"row-{number}", 780_000)).ToArray();

        await RefusedAsync("at most 4194304 (4 MiB)", [.. full.Append(OfSize("row-4", 60_000)).Select(EntityOperation.Insert)]);
        await InsertAsync(full);

        Assert.Equal(4, (await KeysAsync(new EntityQuery(_table))).Count);
    }

    [Fact]
    public async Task An_entity_has_252_properties_and_not_one_more()
    {
        var full = new Entity("p", "full");
        for (var number = 0; number < 252; number++)
        {
            full[$"n{number:D3}"] = number;
        }

        await InsertAsync(full);
        Assert.Equal(252, (await FindAsync("p", "full"))!.Properties.Count);
        full["one"] = "more";
        await RefusedAsync("has 253 properties", EntityOperation.Upsert(full));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("with space")]
    [InlineData("with-hyphen")]
    [InlineData("PartitionKey")]
    [InlineData("Timestamp")]
    public Task A_property_name_must_be_an_identifier(string name) =>
        RefusedAsync($"Property '{name}'", EntityOperation.Insert(new Entity("p", "r") { [name] = 1 }));

    [Fact]
    public async Task Text_that_is_not_unicode_and_times_before_1601_are_refused()
    {
        await RefusedAsync("'text' holds half a surrogate pair (U+D83D) at 1", EntityOperation.Insert(new Entity("p", "r") { ["text"] = "x\ud83dx" }));
        await RefusedAsync("'RowKey' holds half a surrogate pair (U+DE00) at 0", EntityOperation.Insert(new Entity("p", "\ude00")));
        await RefusedAsync("before 1601-01-01", EntityOperation.Insert(new Entity("p", "r") { ["time"] = new DateTimeOffset(1600, 12, 31, 0, 0, 0, TimeSpan.Zero) }));
    }

    [Fact]
    public async Task A_key_has_512_units_as_it_is_stored()
    {
        var key = new string('k', 512);
        await InsertAsync(new Entity("p", key));
        Assert.NotNull(await FindAsync("p", key));

        await RefusedAsync("RowKey 'kkkk", EntityOperation.Insert(new Entity("p", key + "k")));
        await RefusedAsync("takes 516 UTF-16 units", EntityOperation.Insert(new Entity(new string('/', 172), "r")));
    }

    [Fact]
    public async Task A_key_that_no_row_can_have_is_not_found()
    {
        await InsertAsync(new Entity("p", "\ufffd"));

        Assert.Null(await FindAsync("p", "\ud83d"));
        Assert.Null(await FindAsync(new string('k', 513), "r"));
    }

    [Fact]
    public async Task Nothing_at_all_is_refused()
    {
        var holed = new Entity("p", "r");
        holed.Properties["text"] = null!;

        await RefusedAsync("Property 'text': null cannot be stored", EntityOperation.Upsert(holed));
        await RefusedAsync("RowKey is null", EntityOperation.Upsert(new Entity("p", null!)));
        await RefusedAsync("An operation has no entity", default(EntityOperation));
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("1table")]
    [InlineData("my_table")]
    [InlineData("x\"; DROP TABLE y")]
    public async Task A_table_name_is_letters_and_digits(string table)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Store.FindAsync(table, "p", "r", Cancel));
        Assert.Contains($"Table '{table}'", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Store.SubmitAsync(table, EntityOperation.Insert(new Entity("p", "r")), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.QueryPageAsync(new EntityQuery(table), null, Cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32_767)]
    [InlineData(32_768)]
    [InlineData(32_769)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(200_000)]
    public async Task Long_text_is_split_and_joined(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(index => (char)('a' + (index % 26))));
        var entity = new Entity("p", "r");
        entity.SetText("answer", text);

        await InsertAsync(entity);

        Assert.Equal(text, (await FindAsync("p", "r"))!.GetText("answer"));
        Assert.Equal(Math.Max(1, (length + 32_767) / 32_768), entity.Properties.Count);
    }

    [Fact]
    public async Task Text_is_not_split_within_a_surrogate_pair()
    {
        var text = new string('x', 32_767) + "\U0001F600" + new string('y', 32_766) + "\U0001F601" + "z";
        var entity = new Entity("p", "r");
        entity.SetText("answer", text);

        await InsertAsync(entity);

        Assert.Equal(text, (await FindAsync("p", "r"))!.GetText("answer"));
        Assert.Equal(32_767, entity.GetString("answer")!.Length);
    }

    private static Entity OfText(string rowKey, char letter, int parts)
    {
        var entity = new Entity("p", rowKey);
        entity.SetText("text", new string(letter, parts * EntityText.UnitsPerProperty));
        return entity;
    }

    private static Entity OfSize(string rowKey, int bytes)
    {
        // As Table storage counts: 4 + 2 x key units, then for each text 8 + 2 x name units + 4 + 2 x units (a byte array counts the same way, by bytes).
        var entity = new Entity("p", rowKey);
        var rest = bytes - 4 - (2 * (1 + rowKey.Length));
        for (var number = 0; rest > 0; number++)
        {
            var size = Math.Min(65_536, rest - 8 - 6 - 4);
            entity[$"b{number:D2}"] = new byte[size];
            rest -= 8 + 6 + 4 + size;
        }

        return entity;
    }
}

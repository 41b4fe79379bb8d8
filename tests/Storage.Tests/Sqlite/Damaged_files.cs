using FunctionsEval.Storage.Sqlite;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Sqlite;

public sealed class Damaged_files : IDisposable
{
    private const int Rows = 400;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string DataFile => _folder.File("data.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Properties = CAST(replace(Properties, '117', '118') AS BLOB)")]
    [InlineData("Properties = CAST('{}' AS BLOB)")]
    [InlineData("Version = Version + 1")]
    [InlineData("Checksum = 'text'")]
    public async Task A_row_that_is_not_what_was_written_is_named(string change)
    {
        await FillAsync();
        Sql.Execute(DataFile, $"UPDATE Cells SET {change} WHERE RowKey = '00117'");
        await using var database = SqliteDatabase.Open(DataFile);
        var store = new SqliteEntityStore(database);

        var finding = await Assert.ThrowsAsync<StorageException>(() => store.FindAsync("Cells", "run|1", "00117", Cancel));
        var reading = await Assert.ThrowsAsync<StorageException>(() => store.QueryPageAsync(new EntityQuery("Cells", "run|1"), null, Cancel));

        Assert.All([finding, reading], error =>
        {
            Assert.Contains("The store is damaged at table Cells, partition 'run|1', row '00117'", error.Message, StringComparison.Ordinal);
            Assert.True(error.IsDamaged);
        });
        Assert.NotNull(await store.FindAsync("Cells", "run|1", "00118", Cancel));
    }

    [Fact]
    public async Task A_row_under_another_key_is_named()
    {
        await FillAsync();
        Sql.Execute(DataFile, "UPDATE Cells SET RowKey = '00117' || char(27) WHERE RowKey = '00117'");
        await using var database = SqliteDatabase.Open(DataFile);

        var error = await Assert.ThrowsAsync<StorageException>(
            () => new SqliteEntityStore(database).QueryPageAsync(new EntityQuery("Cells", PartitionFrom: "run"), null, Cancel));

        Assert.Contains("partition 'run|1', row '00117\ufffd'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_bit_flips_a_read_gives_the_truth_or_says_that_the_store_is_damaged()
    {
        await FillAsync();
        var bytes = await File.ReadAllBytesAsync(DataFile, Cancel);
        var random = new Random(11);
        var damaged = 0;
        for (var flip = 0; flip < 150; flip++)
        {
            var copy = (byte[])bytes.Clone();
            copy[random.Next(100, copy.Length)] ^= (byte)(1 << random.Next(8));
            var path = _folder.File($"flip-{flip}.db");
            await File.WriteAllBytesAsync(path, copy, Cancel);
            damaged += await IsDamagedAsync(path) ? 1 : 0;
        }

        // Unused space and a row that a flipped page forgets give no sign; most flips hit a row.
        Assert.InRange(damaged, 75, 150);
    }

    [Fact]
    public async Task A_page_of_rubbish_fails_writes_and_reads_clearly_and_the_rest_still_works()
    {
        await FillAsync();
        var bytes = await File.ReadAllBytesAsync(DataFile, Cancel);
        new Random(5).NextBytes(bytes.AsSpan(10 * 4096, 4096));
        await File.WriteAllBytesAsync(DataFile, bytes, Cancel);
        await using var database = SqliteDatabase.Open(DataFile);
        var store = new SqliteEntityStore(database);
        var failures = 0;

        for (var row = 0; row < Rows; row++)
        {
            try
            {
                var found = await store.FindAsync("Cells", "run|1", $"{row:D5}", Cancel);
                await store.SubmitAsync("Cells", EntityOperation.Upsert(found!), Cancel);
            }
            catch (StorageException e)
            {
                Assert.True(e.IsDamaged, e.Message);
                Assert.Contains("store is damaged", e.Message, StringComparison.OrdinalIgnoreCase);
                failures++;
            }
        }

        Assert.InRange(failures, 1, Rows / 2);
        Assert.True((await store.SubmitAsync("Other", EntityOperation.Insert(new Entity("p", "r")), Cancel)).IsApplied);
    }

    private static Entity Row(int number) => new("run|1", $"{number:D5}") { ["number"] = number, ["text"] = new string('t', 200) };

    private static async Task<bool> IsDamagedAsync(string path)
    {
        var isDamaged = false;
        try
        {
            await using var database = SqliteDatabase.Open(path);
            var store = new SqliteEntityStore(database);
            for (var row = 0; row < Rows; row += 7)
            {
                await ReadAsync(async () =>
                {
                    if (await store.FindAsync("Cells", "run|1", $"{row:D5}", Cancel) is { } found)
                    {
                        AssertIsTrue(found);
                    }
                });
            }

            await ReadAsync(async () =>
            {
                await foreach (var row in store.QueryAsync(new EntityQuery("Cells"), Cancel))
                {
                    AssertIsTrue(row);
                }
            });
        }
        catch (StorageException)
        {
            isDamaged = true;
        }

        return isDamaged;

        async Task ReadAsync(Func<Task> read)
        {
            try
            {
                await read();
            }
            catch (StorageException)
            {
                isDamaged = true;
            }
        }
    }

    private static void AssertIsTrue(Entity row)
    {
        var written = Row((int)row.GetInt64("number")!.Value);
        Assert.Equal((written.PartitionKey, written.RowKey, written.GetString("text")), (row.PartitionKey, row.RowKey, row.GetString("text")));
    }

    private async Task FillAsync()
    {
        await using var database = SqliteDatabase.Open(DataFile);
        foreach (var rows in Enumerable.Range(0, Rows).Select(number => EntityOperation.Insert(Row(number))).Chunk(100))
        {
            await new SqliteEntityStore(database).SubmitAsync("Cells", rows, Cancel);
        }
    }
}

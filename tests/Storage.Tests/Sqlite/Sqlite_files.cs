using FunctionsEval.Storage.Sqlite;
using FunctionsEval.Storage.Tests.Children;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Sqlite;

public sealed class Sqlite_files : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string DataFile => _folder.File("data.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_written_is_there_after_reopening()
    {
        var entity = new Entity("p", "r") { ["n"] = 1 };
        await using (var database = SqliteDatabase.Open(DataFile))
        {
            await new SqliteEntityStore(database).SubmitAsync("rows", EntityOperation.Insert(entity), Cancel);
        }

        await using var reopened = SqliteDatabase.Open(DataFile);
        var store = new SqliteEntityStore(reopened);
        var found = await store.FindAsync("rows", "p", "r", Cancel);
        Assert.Equal((1L, entity.ETag), (found!.GetInt64("n"), found.ETag));
        found["n"] = 2;
        Assert.True((await store.SubmitAsync("rows", EntityOperation.Replace(found), Cancel)).IsApplied);
        Assert.NotEqual(entity.ETag, found.ETag);
    }

    [Fact]
    public async Task A_second_connection_sees_every_acknowledged_write()
    {
        await using var first = SqliteDatabase.Open(DataFile);
        await using var second = SqliteDatabase.Open(DataFile);
        var writer = new SqliteEntityStore(first);
        var reader = new SqliteEntityStore(second);

        for (var number = 0; number < 50; number++)
        {
            await writer.SubmitAsync("rows", EntityOperation.Insert(new Entity("p", $"{number}")), Cancel);
            Assert.NotNull(await reader.FindAsync("rows", "p", $"{number}", Cancel));
        }
    }

    [Fact]
    public async Task Etags_of_two_processes_on_one_file_never_meet()
    {
        await using var first = SqliteDatabase.Open(DataFile);
        await using var second = SqliteDatabase.Open(DataFile);
        var stores = new[] { new SqliteEntityStore(first), new SqliteEntityStore(second) };
        var entities = Enumerable.Range(0, 100).Select(number => new Entity("p", $"{number}")).ToArray();

        await Task.WhenAll(entities.Select((entity, number) => stores[number % 2].SubmitAsync("rows", EntityOperation.Insert(entity), Cancel)));

        Assert.Equal(100, entities.Select(entity => entity.ETag).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Two_processes_that_write_the_same_rows_at_once_lose_no_update()
    {
        const int rounds = 100;
        using var first = ChildProcess.Start("count", DataFile, $"{rounds}");
        using var second = ChildProcess.Start("count", DataFile, $"{rounds}");

        Assert.StartsWith("counted", await first.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        Assert.StartsWith("counted", await second.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        await using var database = SqliteDatabase.Open(DataFile);
        var rows = await new SqliteEntityStore(database).QueryAsync(new EntityQuery(Child.Table, "p"), Cancel).ToListAsync(Cancel);
        var counters = rows.Where(row => row["n"] is not null).ToArray();

        Assert.Equal(16, counters.Length);
        Assert.Equal(2 * 8 * rounds, counters.Sum(counter => counter.GetInt64("n")!.Value));
        Assert.All(counters, counter => Assert.Equal(counter.GetInt64("n"), rows.Count(row => row.GetString("counter") == counter.RowKey)));
    }

    [Fact]
    public async Task A_killed_process_loses_no_acknowledged_write()
    {
        for (var round = 0; round < 3; round++)
        {
            List<string> acknowledged = [];
            using (var child = ChildProcess.Start("write", DataFile))
            {
                while (acknowledged.Count < 500 * (round + 1))
                {
                    acknowledged.Add(await child.ReadLineAsync(Cancel) ?? throw new InvalidOperationException(await child.ReadToEndAsync(Cancel)));
                }

                await child.KillAsync(Cancel);

                // What it said before it died counts as well; the last line may be torn.
                var rest = await child.ReadToEndAsync(Cancel);
                acknowledged.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }

            await using var database = SqliteDatabase.Open(DataFile);
            var rows = new HashSet<(string, string)>();
            await foreach (var entity in new SqliteEntityStore(database).QueryAsync(new EntityQuery(Child.Table), Cancel))
            {
                rows.Add((entity.PartitionKey, entity.RowKey));
            }

            Assert.Equal(0, rows.Count % 3);
            foreach (var line in acknowledged)
            {
                var (writer, batch) = (line.Split(' ')[0], int.Parse(line.Split(' ')[1]));
                Assert.All(Enumerable.Range(0, 3), row => Assert.Contains((writer, $"{batch:D8}-{row}"), rows));
            }

            File.Move(DataFile, _folder.File($"round-{round}.db"));
        }
    }

    [Fact]
    public async Task A_full_database_fails_clearly_and_works_again_when_there_is_room()
    {
        await using var database = SqliteDatabase.Open(DataFile);
        var store = new SqliteEntityStore(database);
        await store.SubmitAsync("rows", EntityOperation.Insert(new Entity("p", "before")), Cancel);

        // The page limit makes SQLite answer as it does when the disk is full.
        await LimitPagesAsync(database, 40);
        var writes = Enumerable.Range(0, 20).Select(number =>
            store.SubmitAsync("rows", EntityOperation.Insert(new Entity("p", $"{number}") { ["text"] = new string('x', 30_000) }), Cancel)).ToArray();
        var error = await Assert.ThrowsAsync<StorageException>(() => Task.WhenAll(writes));
        Assert.Contains("disk (or its quota) is full", error.Message, StringComparison.Ordinal);
        Assert.Contains(DataFile, error.Message, StringComparison.Ordinal);
        Assert.NotNull(await store.FindAsync("rows", "p", "before", Cancel));

        await LimitPagesAsync(database, 1_000_000);
        Assert.True((await store.SubmitAsync("rows", EntityOperation.Insert(new Entity("p", "after")), Cancel)).IsApplied);
        for (var number = 0; number < 20; number++)
        {
            Assert.Equal(writes[number].IsCompletedSuccessfully, await store.FindAsync("rows", "p", $"{number}", Cancel) is not null);
        }
    }

    [Fact]
    public async Task A_full_disk_fails_clearly_loses_nothing_and_works_again_when_there_is_room()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A small file system of its own needs Linux.");
        const string script = "mount -t tmpfs -o size=1536k,mode=700 tmpfs \"$1\" || exit 77; exec \"$2\" child fill \"$1\"";
        using var child = ChildProcess.StartProgram("unshare", "-rm", "sh", "-c", script, "sh", _folder.Path, ChildProcess.Executable);
        var output = await child.ReadToEndAsync(Cancel);

        Assert.SkipWhen(output.Contains("unshare:", StringComparison.Ordinal) || output.Contains("mount:", StringComparison.Ordinal), $"No private mount here: {output}");
        Assert.Contains("disk (or its quota) is full", output, StringComparison.Ordinal);
        Assert.Contains("nothing lost", output, StringComparison.Ordinal);
        Assert.Contains("works again", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_only_file_or_folder_is_named(bool folderIsReadOnly)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        await using (var database = SqliteDatabase.Open(DataFile))
        {
            await new SqliteEntityStore(database).SubmitAsync("rows", EntityOperation.Insert(new Entity("p", "r")), Cancel);
        }

        const UnixFileMode readOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        const UnixFileMode write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(DataFile, folderIsReadOnly ? readOnly | write : readOnly);
        File.SetUnixFileMode(_folder.Path, folderIsReadOnly ? readOnly | enter : readOnly | enter | write);
        using var child = ChildProcess.StartAsOrdinaryUser("insert", DataFile);
        var output = await child.ReadToEndAsync(Cancel);
        File.SetUnixFileMode(_folder.Path, readOnly | enter | write);

        Assert.Contains(DataFile, output, StringComparison.Ordinal);
        Assert.True(
            output.Contains("read-only", StringComparison.Ordinal) || output.Contains("cannot be opened. Check that its folder", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task A_file_locked_by_another_process_is_named()
    {
        await using var database = SqliteDatabase.Open(DataFile);
        using var child = ChildProcess.Start("lock", DataFile);
        Assert.Equal("locked", await child.ReadLineAsync(Cancel));
        await using (var impatient = SqliteDatabase.Open(DataFile, busyTimeout: TimeSpan.FromMilliseconds(1)))
        {
            var error = await Assert.ThrowsAsync<StorageException>(
                () => new SqliteEntityStore(impatient).SubmitAsync("rows", EntityOperation.Insert(new Entity("p", "r")), Cancel));
            Assert.Contains($"'{DataFile}': another process keeps the file locked", error.Message, StringComparison.Ordinal);
        }

        var waiting = new SqliteEntityStore(database).SubmitAsync("rows", EntityOperation.Insert(new Entity("p", "r")), Cancel);
        child.EndInput();
        Assert.True((await waiting).IsApplied);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(_folder.File("file"), "");

        var error = Assert.Throws<StorageException>(() => SqliteDatabase.Open(Path.Combine(_folder.File("file"), "data.db")));

        Assert.Contains(_folder.File("file"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_database_says_so()
    {
        var database = SqliteDatabase.Open(DataFile);
        await database.DisposeAsync();
        var store = new SqliteEntityStore(database);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.FindAsync("rows", "p", "r", Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.SubmitAsync("rows", EntityOperation.Insert(new Entity("p", "r")), Cancel));
    }

    private static Task LimitPagesAsync(SqliteDatabase database, int pages) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Session.Execute($"PRAGMA max_page_count={pages}");
                return 0;
            },
            Cancel);
}

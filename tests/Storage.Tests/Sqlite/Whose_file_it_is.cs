using FunctionsEval.Storage.Sqlite;
using FunctionsEval.Storage.Tests.Children;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Sqlite;

public sealed class Whose_file_it_is : IDisposable
{
    private static readonly string[] FirstLayout =
    [
        "PRAGMA journal_mode=WAL",
        "CREATE TABLE _sequence (Value INTEGER NOT NULL)",
        "INSERT INTO _sequence VALUES (7)",
        "CREATE TABLE Cells (PartitionKey TEXT NOT NULL, RowKey TEXT NOT NULL, Version INTEGER NOT NULL, Properties TEXT NOT NULL, " +
            "PRIMARY KEY (PartitionKey, RowKey)) WITHOUT ROWID",
        "INSERT INTO Cells VALUES ('p', 'r', 7, '{}')",
    ];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string DataFile => _folder.File("data.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_file_says_whose_it_is_before_anything_else()
    {
        await using var database = SqliteDatabase.Open(DataFile);

        // The log is not folded into the file yet, so this is what a process that is killed now leaves.
        var header = ReadShared(DataFile);
        Assert.Equal("FEvl"u8.ToArray(), header[68..72]);
        Assert.Equal([0, 0, 0, SqliteFile.Layout], header[60..64]);
    }

    [Theory]
    [InlineData(0, "CREATE TABLE notes (text TEXT)")]
    [InlineData(1196444487, "CREATE TABLE layers (name TEXT)")]
    [InlineData(0, "PRAGMA journal_mode=WAL", "CREATE TABLE notes (text TEXT)")]
    public void A_database_of_another_program_is_refused_and_left_alone(int applicationId, params string[] statements)
    {
        Sql.Execute(DataFile, [.. statements, $"PRAGMA application_id={applicationId}"]);

        AssertRefused($"is a SQLite database of another program (application id {applicationId}");
    }

    [Fact]
    public void A_store_of_the_earlier_layout_is_refused_by_its_number_and_left_alone()
    {
        Sql.Execute(DataFile, FirstLayout);

        AssertRefused("it has layout 1, this version needs layout 3. Nothing was changed. Move the file away");
        Assert.False(File.Exists($"{DataFile}-wal") || File.Exists($"{DataFile}-shm"));
    }

    [Fact]
    public void A_killed_store_of_the_earlier_layout_is_left_alone_with_its_log()
    {
        using (var connection = Sql.Open(_folder.File("live.db")))
        {
            Sql.Execute(connection, FirstLayout);
            File.Copy(_folder.File("live.db"), DataFile);
            File.Copy(_folder.File("live.db-wal"), $"{DataFile}-wal");
        }

        var log = File.ReadAllBytes($"{DataFile}-wal");
        AssertRefused("it has layout 1, this version needs layout 3");
        Assert.Equal(log, File.ReadAllBytes($"{DataFile}-wal"));
    }

    [Fact]
    public async Task A_store_of_a_later_layout_is_refused_by_its_number_and_left_alone()
    {
        await using (SqliteDatabase.Open(DataFile))
        {
        }

        Sql.Execute(DataFile, "PRAGMA user_version=4");

        AssertRefused("was written by a later version: it has layout 4, this version needs layout 3");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    public void A_file_that_is_no_database_is_named_and_left_alone(int length)
    {
        File.WriteAllText(DataFile, new string('x', length));

        AssertRefused($"'{DataFile}': the file is not a SQLite database");
    }

    [Fact]
    public async Task Processes_that_begin_a_file_at_the_same_time_share_it()
    {
        using var first = ChildProcess.Start("insert", DataFile, "1");
        using var second = ChildProcess.Start("insert", DataFile, "2");

        Assert.Equal("written\n", await first.ReadToEndAsync(Cancel));
        Assert.Equal("written\n", await second.ReadToEndAsync(Cancel));
        await using var database = SqliteDatabase.Open(DataFile);
        Assert.Equal(2, await new SqliteEntityStore(database).QueryAsync(new EntityQuery(Child.Table), Cancel).CountAsync(Cancel));
    }

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var header = new byte[100];
        stream.ReadExactly(header);
        return header;
    }

    private void AssertRefused(string message)
    {
        var before = File.ReadAllBytes(DataFile);

        var error = Assert.Throws<StorageException>(() => SqliteDatabase.Open(DataFile, mayBeReadOnly: true));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(DataFile, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(DataFile));
    }
}

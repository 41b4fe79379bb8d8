using System.Runtime.Versioning;
using FunctionsEval.Storage.Sqlite;
using FunctionsEval.Storage.Tests.Children;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests.Sqlite;

[UnsupportedOSPlatform("windows")]
public sealed class Reading_what_cannot_be_written : IDisposable
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly TemporaryFolder _folder = new();

    public Reading_what_cannot_be_written() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Names that mean something in the address that SQLite takes.
    private string Data => _folder.File("data #1 %41?");

    private string DataFile => Path.Combine(Data, "data.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_nobody_writes_is_read(bool folderIsReadOnly)
    {
        await using (var database = SqliteDatabase.Open(DataFile))
        {
            await InsertAsync(database, 3);
        }

        var output = await ReadAsOrdinaryUserAsync(folderIsReadOnly);

        Assert.StartsWith("3 rows, read-only", output, StringComparison.Ordinal);
        Assert.DoesNotContain("written", output, StringComparison.Ordinal);
        Assert.Contains($"Storage file '{DataFile}'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_user_has_just_written_is_read()
    {
        await using var database = SqliteDatabase.Open(DataFile);
        await InsertAsync(database, 3);

        var output = await ReadAsOrdinaryUserAsync(folderIsReadOnly: true);

        Assert.StartsWith("3 rows, read-only", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_whose_log_cannot_be_read_is_refused_and_not_read_in_part()
    {
        var origin = _folder.File("origin.db");
        await using var database = SqliteDatabase.Open(origin);
        await InsertAsync(database, 3);
        Directory.CreateDirectory(Data);
        File.Copy(origin, DataFile);
        File.Copy($"{origin}-wal", $"{DataFile}-wal");

        var output = await ReadAsOrdinaryUserAsync(folderIsReadOnly: true);

        Assert.DoesNotContain("rows", output, StringComparison.Ordinal);
        Assert.Contains($"Storage file '{DataFile}'", output, StringComparison.Ordinal);
    }

    private static async Task InsertAsync(SqliteDatabase database, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            await new SqliteEntityStore(database).SubmitAsync(Child.Table, EntityOperation.Insert(new Entity("p", $"{row}")), Cancel);
        }
    }

    private async Task<string> ReadAsOrdinaryUserAsync(bool folderIsReadOnly)
    {
        File.SetUnixFileMode(_folder.Path, ReadOnly | Enter);
        foreach (var file in Directory.EnumerateFiles(Data))
        {
            File.SetUnixFileMode(file, ReadOnly);
        }

        File.SetUnixFileMode(Data, folderIsReadOnly ? ReadOnly | Enter : ReadOnly | Enter | Write);
        using var child = ChildProcess.StartAsOrdinaryUser("read", DataFile);
        var output = await child.ReadToEndAsync(Cancel);
        File.SetUnixFileMode(Data, ReadOnly | Enter | Write);
        File.SetUnixFileMode(_folder.Path, ReadOnly | Enter | Write);
        return output;
    }
}

using FunctionsEval.Storage.Sqlite;
using FunctionsEval.TestKit;
using SQLitePCL;

namespace FunctionsEval.Storage.Tests.Sqlite;

/// <summary>Counts the steps of SQLite's virtual machine: a page costs the same wherever it lies, however large the store is.</summary>
public sealed class Work_of_a_page : IAsyncLifetime
{
    private const int Partitions = 600;
    private const int CellsPerPartition = 20;
    private const int CallsPerPartition = 3;

    // A row costs about a dozen steps, a seek about twenty.
    private const int StepsPerRow = 20;
    private const int StepsPerPartition = 60;

    private readonly TemporaryFolder _folder = new();
    private SqliteSession? _session;
    private int _steps;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var database = SqliteDatabase.Open(_folder.File("data.db"));
        var store = new SqliteEntityStore(database);
        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => store.SubmitAsync(
            "Cells",
            [
                .. Enumerable.Range(0, CellsPerPartition).Select(cell => EntityOperation.Insert(new Entity(Partition(partition), $"{cell:D6}"))),
                .. Enumerable.Range(0, CallsPerPartition).Select(call => EntityOperation.Insert(new Entity(Partition(partition), $"~call-{call:D6}"))),
                EntityOperation.Insert(new Entity(Partition(partition), "~counter")),
            ],
            Cancel)));
        _session = new SqliteFile(_folder.File("data.db"), TimeSpan.FromSeconds(5)).OpenReader();
        raw.sqlite3_progress_handler(
            _session.Handle,
            1,
            _ =>
            {
                _steps++;
                return 0;
            },
            null);
    }

    public ValueTask DisposeAsync()
    {
        _session!.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(null, null, CellsPerPartition + CallsPerPartition + 1)]
    [InlineData(null, "~", CellsPerPartition)]
    [InlineData("~call-", "~call.", CallsPerPartition)]
    [InlineData("~counter", null, 1)]
    public void Every_page_of_many_partitions_costs_about_what_it_holds(string? rowFrom, string? rowTo, int rowsPerPartition)
    {
        var query = new EntityQuery("Cells", PartitionFrom: Partition(0), PartitionTo: Partition(Partitions), RowFrom: rowFrom, RowTo: rowTo, PageSize: 100);

        var pages = Pages(query);

        Assert.Equal(Partitions * rowsPerPartition, pages.Sum(page => page.Rows));
        Assert.All(pages, page => Assert.InRange(page.Steps, 1, ((page.Rows + 1) * StepsPerRow) + ((page.Rows / rowsPerPartition) + 3) * StepsPerPartition));
    }

    [Fact]
    public void A_range_without_rows_is_walked_in_bounded_pages()
    {
        var pages = Pages(new EntityQuery("Cells", PartitionFrom: Partition(0), RowFrom: "~none", RowTo: "~none~"));

        Assert.Equal(0, pages.Sum(page => page.Rows));
        Assert.InRange(pages.Count, 2, Partitions / 100);
        Assert.All(pages, page => Assert.InRange(page.Steps, 1, 300 * StepsPerPartition));
    }

    [Fact]
    public void A_page_deep_in_one_partition_costs_what_the_first_one_does()
    {
        var pages = Pages(new EntityQuery("Cells", Partition(Partitions / 2), PageSize: 5));

        Assert.Equal(CellsPerPartition + CallsPerPartition + 1, pages.Sum(page => page.Rows));
        Assert.All(pages, page => Assert.InRange(page.Steps, 1, (page.Rows + 4) * StepsPerRow));
    }

    private static string Partition(int number) => $"run|{number:D6}";

    private List<(int Rows, int Steps)> Pages(EntityQuery query)
    {
        List<(int Rows, int Steps)> pages = [];
        string? token = null;
        do
        {
            _steps = 0;
            var page = EntityRange.Read(_session!, query, token);
            pages.Add((page.Entities.Count, _steps));
            token = page.ContinuationToken;
        }
        while (token is not null);

        return pages;
    }
}

using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;
using Microsoft.Data.Sqlite;

namespace FunctionsEval.Functions.Tests.Faults;

/// <summary>What each verb says of a data file that is not a store of this version, and that it leaves the file as it is.</summary>
public sealed class Foreign_and_damaged_stores
{
    /// <summary>As the first version made them: no application id, and a table of its own for ETags.</summary>
    private static readonly string[] EarlierLayout =
    [
        "PRAGMA journal_mode=WAL",
        "CREATE TABLE _sequence (Value INTEGER NOT NULL)",
        "INSERT INTO _sequence VALUES (7)",
        "CREATE TABLE Runs (PartitionKey TEXT NOT NULL, RowKey TEXT NOT NULL, Version INTEGER NOT NULL, Properties TEXT NOT NULL, " +
            "PRIMARY KEY (PartitionKey, RowKey)) WITHOUT ROWID",
    ];

    private static readonly string[] Foreign = ["CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('mine')", "PRAGMA application_id=1196444487"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Verbs => ["run", "resume", "serve", "health", "analyze"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_store_of_the_earlier_layout_is_refused_by_its_version_and_left_alone(string verb) =>
        await AssertRefusedAsync(verb, EarlierLayout, "was written by an earlier version: it has layout 1, this version needs layout 3. Nothing was changed.");

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_database_of_another_program_is_refused_and_left_alone(string verb) =>
        await AssertRefusedAsync(verb, Foreign, "is a SQLite database of another program (application id 1196444487");

    /// <summary>A finished run is analyzed anew from its cells: either as before, or not at all.</summary>
    [Fact]
    public async Task With_a_flipped_bit_the_analysis_is_the_same_or_the_store_is_called_damaged()
    {
        await using var bench = await Workbench.CreateAsync();
        var run = await bench.RunAsync(Yaml.Of(scenarios: 30, samples: 4, models: ["sim-noisy", "sim-better-0.5"]));
        Assert.True(run.ExitCode == 0, run.Error);
        var means = Means(run);

        var damaged = 0;
        for (var flip = 0; flip < 24; flip++)
        {
            var analyzed = await bench.CommandAsync(["analyze", "--data", Flipped(bench, flip), "--json"], Cancel);

            damaged += AssertSoundOrDamaged(analyzed, flip) ? 0 : 1;
            if (analyzed.ExitCode == 0)
            {
                Assert.Equal(means, Means(analyzed));
            }
        }

        Assert.InRange(damaged, 1, 24);
    }

    /// <summary>In a process of its own: an exception that nobody catches, on any thread, would end it with 134.</summary>
    [Fact]
    public async Task With_flipped_bits_a_run_goes_on_or_the_store_is_called_damaged()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(5)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var run = bench.CommandAsync(bench.RunArguments(Yaml.Of(scenarios: 60, samples: 4), "--concurrency", "8"), stop.Token);
        await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= 120, "half of the calls", cancellationToken: Cancel);
        await stop.CancelAsync();
        Assert.Equal(ExitCodes.Interrupted, (await run).ExitCode);

        var damaged = 0;
        for (var flip = 0; flip < 6; flip++)
        {
            await using var program = ProgramProcess.Start(["resume", "--data", Flipped(bench, flip, bits: 1 + (flip * 4)), "--json"]);
            var (exitCode, output, error) = await program.EndAsync();
            damaged += AssertSoundOrDamaged(new CommandResult(exitCode, output, error), flip) ? 0 : 1;
        }

        Assert.InRange(damaged, 1, 6);
    }

    /// <summary>Damage can hide a row without a trace in those that are left.</summary>
    [Theory]
    [InlineData("DELETE FROM Definitions WHERE RowKey = '000007'", "scenario 7 of definition 'd")]
    [InlineData("DELETE FROM Definitions WHERE RowKey = '000059'", "scenario 59 of definition 'd")]
    [InlineData("DELETE FROM Definitions", "definition 'd")]
    public async Task What_a_run_needs_and_is_gone_ends_it_at_once(string statement, string what)
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(5)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var run = bench.CommandAsync(bench.RunArguments(Yaml.Of(scenarios: 60, samples: 4), "--concurrency", "8"), stop.Token);
        await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= 20, "some calls", cancellationToken: Cancel);
        await stop.CancelAsync();
        Assert.Equal(ExitCodes.Interrupted, (await run).ExitCode);
        Execute(Path.Combine(bench.Data, StorageConnection.FileName), [statement]);

        var resumed = await bench.CommandAsync(["resume", "--data", bench.Data], Cancel);

        Assert.True(resumed.ExitCode == ExitCodes.Infrastructure, $"It ended with {resumed.ExitCode}: {resumed.Error}");
        Assert.Contains($"The store is damaged: {what}", resumed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_not_found_in_a_damaged_store_is_not_said_to_be_missing()
    {
        await using var bench = await Workbench.CreateAsync();
        Assert.Equal(ExitCodes.Completed, (await bench.RunAsync(Yaml.Of())).ExitCode);
        var file = Path.Combine(bench.Data, StorageConnection.FileName);
        long page, size;
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT rootpage FROM sqlite_master WHERE name = 'Runs'";
            page = (long)command.ExecuteScalar()!;
            command.CommandText = "PRAGMA page_size";
            size = (long)command.ExecuteScalar()!;
        }

        // The count of the cells in the header of the table's first page: https://www.sqlite.org/fileformat.html#b_tree_pages
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        bytes[((page - 1) * size) + 4] = 0;
        await File.WriteAllBytesAsync(file, bytes, Cancel);

        var shown = await bench.CommandAsync(["show", "--data", bench.Data], Cancel);

        Assert.True(shown.ExitCode == ExitCodes.Infrastructure, $"It ended with {shown.ExitCode}: {shown.Error}");
        Assert.Contains("damaged", shown.Error, StringComparison.Ordinal);
    }

    private static bool AssertSoundOrDamaged(CommandResult ended, int flip)
    {
        Assert.True(ended.ExitCode is ExitCodes.Completed or ExitCodes.Infrastructure, $"Flip {flip} ended with {ended.ExitCode}: {ended.Error}");
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
        if (ended.ExitCode == ExitCodes.Infrastructure)
        {
            Assert.True(ended.Error.Contains("damaged", StringComparison.Ordinal), $"Flip {flip}: {ended.Error}");
        }

        return ended.ExitCode == ExitCodes.Completed;
    }

    private static List<double?> Means(CommandResult ended) => [.. RunFiles.ResultOf(ended.Output).Analysis!.PerModel.Select(model => (double?)model.Mean)];

    /// <summary>A copy of the store with some bits turned, behind the header of the file; its folder.</summary>
    private static string Flipped(Workbench bench, int flip, int bits = 1)
    {
        var folder = Directory.CreateDirectory(bench.Path($"flip-{flip}")).FullName;
        var bytes = File.ReadAllBytes(Path.Combine(bench.Data, StorageConnection.FileName));
        var random = new Random(20261127 + flip);
        for (var bit = 0; bit < bits; bit++)
        {
            bytes[random.Next(100, bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        File.WriteAllBytes(Path.Combine(folder, StorageConnection.FileName), bytes);
        return folder;
    }

    private static async Task AssertRefusedAsync(string verb, string[] statements, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        Directory.CreateDirectory(bench.Data);
        var file = Path.Combine(bench.Data, StorageConnection.FileName);
        Execute(file, statements);
        var before = await File.ReadAllBytesAsync(file, Cancel);

        var refused = await bench.CommandAsync(
            verb == "run" ? bench.RunArguments(Yaml.Of()) : verb == "serve" ? ["serve", "--port", "0", "--data", bench.Data] : [verb, "--data", bench.Data], Cancel);

        Assert.True(refused.ExitCode == ExitCodes.Infrastructure, $"It ended with {refused.ExitCode}: {refused.Error}");
        Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        Assert.Contains(file, refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Cancel));
        Assert.Equal([file], Directory.GetFiles(bench.Data));
        Assert.Equal(0, bench.Simulator.Stats().Calls);
    }

    private static void Execute(string file, string[] statements)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        connection.Open();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are constants of this file.
            command.CommandText = statement;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }
}

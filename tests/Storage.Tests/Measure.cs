using System.Diagnostics;
using System.Text.Json;
using FunctionsEval.Storage.Connection;
using FunctionsEval.TestKit;

namespace FunctionsEval.Storage.Tests;

/// <summary>
/// <c>dotnet run -c Release --project tests/Storage.Tests -- measure sqlite|azurite [cells]</c>: the writes of a run, from 256 callers at once.
/// A cell is three submissions of six operations: its intent, its transcript, then the cell with its call, its counter and the intent's end.
/// Prints one line of JSON: medians over five rounds, each in a store of its own.
/// </summary>
internal static class Measure
{
    private const int Rounds = 5;
    private const int Callers = 256;
    private const int OperationsPerCell = 6;

    private static readonly string Transcript = string.Concat(Enumerable.Repeat("What the model answered, in words. ", 40));

    public static async Task<int> RunAsync(string backend, int cells)
    {
        await using var azurite = new AzuriteFixture();
        if (backend == "azurite")
        {
            await azurite.InitializeAsync();
        }

        List<Round> rounds = [];
        for (var number = 0; number < Rounds; number++)
        {
            using var folder = new TemporaryFolder();
            var settings = new StorageSettings(folder.Path, backend == "azurite" ? azurite.ConnectionString : null);
            await using var storage = StorageConnection.Open(settings);
            rounds.Add(await RoundAsync(storage.Entities, $"R{number}", cells));
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            backend,
            cells,
            operationsPerSecond = Math.Round(Median(round => 1_000_000 / round.Write.Elapsed)),
            cpuMicrosecondsPerOperation = Math.Round(Median(round => round.Write.Cpu), 2),
            cpuMicrosecondsPerRowScanned = Math.Round(Median(round => round.Scan.Cpu), 2),
            cpuMicrosecondsPerPointRead = Math.Round(Median(round => round.Find.Cpu), 2),
        }));
        return 0;

        double Median(Func<Round, double> value) => rounds.Select(value).Order().ElementAt(Rounds / 2);
    }

    private static async Task<Round> RoundAsync(IEntityStore store, string run, int cells)
    {
        await WriteAsync(store, run, 0);
        var next = 0;
        var write = await TimeAsync(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
            {
                while (Interlocked.Increment(ref next) is var cell && cell <= cells)
                {
                    await WriteAsync(store, run, cell);
                }
            }));
            return cells * OperationsPerCell;
        });
        var scan = await TimeAsync(async () => await store.QueryAsync(new EntityQuery("Cells", PartitionFrom: run), CancellationToken.None).CountAsync());
        await FindAsync();
        return new Round(write, scan, await TimeAsync(FindAsync));

        async Task<int> FindAsync()
        {
            var reads = Math.Min(cells, 20_000);
            for (var cell = 1; cell <= reads; cell++)
            {
                _ = await store.FindAsync("Cells", Partition(run, cell), Row(cell), CancellationToken.None) ?? throw new InvalidDataException($"Cell {cell} is missing.");
            }

            return reads;
        }
    }

    private static async Task<Cost> TimeAsync(Func<Task<int>> work)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var count = await work();
        return new Cost(clock.Elapsed.TotalMicroseconds / count, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count);
    }

    private static async Task WriteAsync(IEntityStore store, string run, int cell)
    {
        var (partition, row) = (Partition(run, cell), Row(cell));
        var intent = new Entity(partition, $"~intent-{row}") { ["reservedNanos"] = 1_200_000 };
        await SubmitAsync("Cells", EntityOperation.Insert(intent));
        await SubmitAsync("Transcripts", EntityOperation.Upsert(new Entity(partition, row) { ["text"] = Transcript }));
        await SubmitAsync(
            "Cells",
            EntityOperation.Insert(new Entity(partition, row)
            {
                ["outcome"] = "Answered",
                ["answer"] = "a short answer",
                ["latencyMs"] = 812.25,
                ["promptTokens"] = 311,
                ["completionTokens"] = 57,
                ["costNanos"] = 1_130_000,
                ["at"] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
                ["cached"] = false,
            }),
            EntityOperation.Upsert(new Entity(partition, $"~call-{row}-000")
            {
                ["status"] = "ok",
                ["provider"] = "simulator",
                ["model"] = "sim-1",
                ["latencyMs"] = 812.25,
                ["promptTokens"] = 311,
                ["completionTokens"] = 57,
                ["attempts"] = 1,
            }),
            EntityOperation.Upsert(new Entity(partition, "~counter") { ["v0"] = "12,3,0,0,1130000,0", ["v1"] = "12,3,0,0,1130000,0" }),
            EntityOperation.Delete(partition, intent.RowKey));

        async Task SubmitAsync(string table, params EntityOperation[] operations)
        {
            if (!(await store.SubmitAsync(table, operations, CancellationToken.None)).IsApplied)
            {
                throw new InvalidDataException($"Cell {cell} was refused by table {table}.");
            }
        }
    }

    private static string Partition(string run, int cell) => $"{run}|{cell / 32:D6}";

    private static string Row(int cell) => $"{cell:D6}-000-000";

    /// <summary>Microseconds an operation or a row.</summary>
    private sealed record Cost(double Elapsed, double Cpu);

    private sealed record Round(Cost Write, Cost Scan, Cost Find);
}

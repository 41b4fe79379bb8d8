using System.Globalization;
using System.Text;
using FunctionsEval.TestKit;

namespace FunctionsEval.Benchmarks;

/// <summary>A whole run of the command line with one scorer, against the simulator in a process of its own.</summary>
internal static class RunBenchmark
{
    private const int Scenarios = 1_000;

    public sealed record Result(
        string Benchmark, long Cells, double ElapsedSeconds, double CellsPerSecond, double CpuMillisecondsPerCell, double PeakMemoryMiB, long Calls);

    public sealed record ShortResult(string Benchmark, int Runs, double MedianMilliseconds, double MinMilliseconds, double MaxMilliseconds, double MedianCpuMilliseconds);

    /// <summary><c>[--cells 10000]</c>: 1,000 scenarios, so that memory can be compared from 10,000 to 1,000,000 cells.</summary>
    public static Task<object> OnSqliteAsync(Arguments arguments, CancellationToken cancellationToken) =>
        MeasureAsync("run-sqlite", [], arguments, cancellationToken);

    public static async Task<object> OnAzuriteAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        return await MeasureAsync("run-azurite", new() { ["AzureWebJobsStorage"] = azurite.ConnectionString }, arguments, cancellationToken);
    }

    /// <summary>The text of the help.</summary>
    public static Task<object> HelpAsync(Arguments arguments, CancellationToken cancellationToken) =>
        RepeatAsync("help", cells: 0, simulator: [], command: [], arguments, cancellationToken);

    /// <summary>One cell.</summary>
    public static Task<object> OneCellAsync(Arguments arguments, CancellationToken cancellationToken) =>
        RepeatAsync("run-one", cells: 1, [], [], arguments, cancellationToken);

    /// <summary>1,000 cells at 0 ms with the default concurrency: the ramp must not dominate a short run.</summary>
    public static Task<object> ThousandCellsAsync(Arguments arguments, CancellationToken cancellationToken) =>
        RepeatAsync("run-thousand", cells: 1_000, [], [], arguments, cancellationToken);

    /// <summary>2,000 calls of 50 ms, a hundred at once: 1.0 s would be ideal.</summary>
    public static Task<object> CallsAtOnceAsync(Arguments arguments, CancellationToken cancellationToken) => RepeatAsync(
        "run-hundred-at-once", cells: 2_000, ["--latency", "50", "--latency-spread", "0"], ["--concurrency", "100"], arguments, cancellationToken);

    public static string DefinitionOf(int scenarios, int samples, string model = "openai-compatible:sim-noisy")
    {
        var yaml = new StringBuilder("name: benchmark\npreamble: You answer with one line.\nscenarios:\n");
        for (var index = 0; index < scenarios; index++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: s{index:D6}, prompt: \"How acceptable is case number {index}, from 1 to 5?\" }}\n");
        }

        return yaml.Append(CultureInfo.InvariantCulture, $"models: [\"{model}\"]\nsamplesPerScenario: {samples}\n")
            .Append("scorers: [{ type: number, pattern: 'Rating:\\s*(\\d)', min: 1, max: 5 }]\n")
            .ToString();
    }

    private static async Task<object> MeasureAsync(string name, Dictionary<string, string> environment, Arguments arguments, CancellationToken cancellationToken)
    {
        var cells = arguments.Get("cells", 10_000);
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        using var simulator = await program.ServeAsync(["simulate", "--port", "0"], cancellationToken);
        await File.WriteAllTextAsync(program.File("definition.yaml"), DefinitionOf(Scenarios, Math.Max(1, cells / Scenarios)), cancellationToken);
        var measured = await program.RunAsync(
            [
                "run", program.File("definition.yaml"), "--base-url", $"{simulator.Url}v1", "--data", program.File("data"), "--json",
                "--concurrency", arguments.Get("concurrency", 256).ToString(CultureInfo.InvariantCulture),
            ],
            cancellationToken,
            environment);
        using var result = measured.Json();
        var completed = CompletedOf(result, cells);
        return new Result(
            name,
            completed,
            Math.Round(measured.Wall.TotalSeconds, 3),
            Math.Round(completed / measured.Wall.TotalSeconds),
            Math.Round(measured.Cpu.TotalMilliseconds / completed, 3),
            Math.Round(measured.PeakMemoryMiB, 1),
            result.RootElement.GetProperty("calls").GetProperty("sent").GetInt64());
    }

    private static async Task<object> RepeatAsync(
        string name, int cells, string[] simulator, string[] command, Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        using var simulated = await program.ServeAsync(["simulate", "--port", "0", .. simulator], cancellationToken);
        await File.WriteAllTextAsync(program.File("definition.yaml"), DefinitionOf(Math.Max(1, cells), 1), cancellationToken);
        var runs = arguments.Get("runs", 9);
        var all = new List<Measured>();
        for (var run = 0; run <= runs; run++)
        {
            string[] options = cells == 0
                ? ["--help"]
                : ["run", program.File("definition.yaml"), "--base-url", $"{simulated.Url}v1", "--data", program.File($"data-{run}"), "--json", .. command];
            var measured = await program.RunAsync(options, cancellationToken);
            if (cells > 0)
            {
                using var result = measured.Json();
                CompletedOf(result, cells);
            }

            // The first start reads the program from the disk.
            if (run > 0)
            {
                all.Add(measured);
            }
        }

        var walls = all.Select(one => one.Wall.TotalMilliseconds).Order().ToList();
        return new ShortResult(
            name, runs, Math.Round(walls[runs / 2], 1), Math.Round(walls[0], 1), Math.Round(walls[^1], 1), Math.Round(all.Select(one => one.Cpu.TotalMilliseconds).Order().ElementAt(runs / 2), 1));
    }

    private static long CompletedOf(System.Text.Json.JsonDocument result, long cells)
    {
        var completed = result.RootElement.GetProperty("progress").GetProperty("completed").GetInt64();
        return completed == cells ? completed : throw new InvalidOperationException($"The run ended with {completed} of {cells} cells.");
    }
}

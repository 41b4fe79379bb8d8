using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.TestKit;

namespace FunctionsEval.Benchmarks;

/// <summary>
/// A whole run as the command line does it, with one scorer, against the simulator in a process of its own at 0 ms: definition file,
/// HTTP adapter, store, analysis. CPU and memory are those of this process.
/// </summary>
internal static class RunBenchmark
{
    public sealed record Result(
        string Benchmark, long Cells, double ElapsedSeconds, double CellsPerSecond, double CpuMillisecondsPerCell, double PeakMemoryMiB, long Calls);

    public static async Task<object> OnSqliteAsync(Arguments arguments, CancellationToken cancellationToken) =>
        await MeasureAsync("run-sqlite", connectionString: null, arguments, cancellationToken);

    public static async Task<object> OnAzuriteAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        return await MeasureAsync("run-azurite", azurite.ConnectionString, arguments, cancellationToken);
    }

    private static async Task<Result> MeasureAsync(string name, string? connectionString, Arguments arguments, CancellationToken cancellationToken)
    {
        // The definition stays the same size, so that memory can be compared from 10,000 to 100,000 cells.
        const int Scenarios = 1_000;
        var cells = arguments.Get("cells", 10_000);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("definition.yaml"), DefinitionOf(Scenarios, cells / Scenarios), cancellationToken);
        using var simulator = await ChildProgram.StartAsync(["simulate", "--port", "0"], cancellationToken);
        var output = new StringWriter();
        var terminal = new Terminal(output, Console.Error, IsOutRedirected: true, IsErrorRedirected: true, variable => variable switch
        {
            "AzureWebJobsStorage" => connectionString,
            _ => null,
        });

        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        string[] command =
        [
            "run", folder.File("definition.yaml"), "--base-url", $"{simulator.Url}v1", "--data", folder.File("data"), "--json",
            "--concurrency", arguments.Get("concurrency", 256).ToString(CultureInfo.InvariantCulture),
        ];
        var exitCode = await CommandLine.RunAsync(terminal, command, cancellationToken);
        clock.Stop();
        process.Refresh();
        using var result = JsonDocument.Parse(output.ToString());
        var completed = result.RootElement.GetProperty("progress").GetProperty("completed").GetInt64();
        if (exitCode != 0 || completed != cells)
        {
            throw new InvalidOperationException($"The run ended with {exitCode} and {completed} of {cells} cells.");
        }

        return new Result(
            name,
            completed,
            Math.Round(clock.Elapsed.TotalSeconds, 3),
            Math.Round(completed / clock.Elapsed.TotalSeconds),
            Math.Round((process.TotalProcessorTime - cpu).TotalMilliseconds / completed, 3),
            Math.Round(process.PeakWorkingSet64 / 1048576.0, 1),
            result.RootElement.GetProperty("calls").GetProperty("sent").GetInt64());
    }

    internal static string DefinitionOf(int scenarios, int samples, string model = "openai-compatible:sim-noisy")
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
}

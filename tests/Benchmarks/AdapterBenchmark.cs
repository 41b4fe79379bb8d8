using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.Providers;
using FunctionsEval.TestKit;

namespace FunctionsEval.Benchmarks;

/// <summary>The same run through each adapter, at 0 ms over loopback: <c>adapters [--cells 10000]</c>. The first one warms up and is not shown.</summary>
internal static class AdapterBenchmark
{
    private static readonly string[] Models =
        ["openai:sim-noisy", "openai:sim-noisy", "anthropic:sim-noisy", "google:sim-noisy", "mistral:sim-noisy", "azure-openai:sim-noisy"];

    public sealed record Adapter(string Model, double CellsPerSecond, double CpuMillisecondsPerCell, double ShareOfOpenAI);

    public static async Task<object> MeasureAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var cells = arguments.Get("cells", 10_000);
        using var simulator = await ChildProgram.StartAsync(["simulate", "--port", "0"], cancellationToken);
        var adapters = new List<Adapter>();
        foreach (var model in Models)
        {
            adapters.Add(await MeasureAsync(simulator.Url, model, cells, adapters.Count > 1 ? adapters[1] : null, cancellationToken));
        }

        return adapters.Skip(1).ToList();
    }

    private static async Task<Adapter> MeasureAsync(Uri simulator, string model, int cells, Adapter? reference, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("definition.yaml"), RunBenchmark.DefinitionOf(1000, cells / 1000, model), cancellationToken);
        using var output = new StringWriter();
        var terminal = new Terminal(
            output, Console.Error, IsOutRedirected: true, IsErrorRedirected: true,
            variable => Vendor.All.Any(vendor => vendor.KeyVariable == variable) ? "some-key"
                : Vendor.All.Any(vendor => vendor.BaseUrlVariable == variable) ? $"{simulator}v1" : null);
        string[] command =
        [
            "run", folder.File("definition.yaml"), "--data", folder.File("data"), "--json",
            "--concurrency", 256.ToString(CultureInfo.InvariantCulture),
        ];
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var exitCode = await CommandLine.RunAsync(terminal, command, cancellationToken);
        clock.Stop();
        process.Refresh();
        using var result = JsonDocument.Parse(output.ToString());
        if (exitCode != 0 || result.RootElement.GetProperty("progress").GetProperty("completed").GetInt64() != cells)
        {
            throw new InvalidOperationException($"The run of {model} ended with {exitCode}.");
        }

        var perSecond = Math.Round(cells / clock.Elapsed.TotalSeconds);
        return new Adapter(
            model, perSecond, Math.Round((process.TotalProcessorTime - cpu).TotalMilliseconds / cells, 3),
            reference is null ? 1 : Math.Round(perSecond / reference.CellsPerSecond, 3));
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FunctionsEval.Benchmarks;

/// <summary>
/// What a reader waits for on a store with one large run: <c>[--cells 1000000] [--requests 50]</c>. The run is made first, by the program itself;
/// <c>--data DIR</c> keeps the store or takes one that such a run has left.
/// </summary>
internal static class ReadBenchmark
{
    public sealed record Result(string Benchmark, long Cells, double FirstMilliseconds, double MedianMilliseconds, double MaxMilliseconds);

    public static async Task<object> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var cells = arguments.Get("cells", 1_000_000);
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var data = arguments.Find("data") ?? program.File("data");
        if (!Directory.Exists(data))
        {
            await File.WriteAllTextAsync(program.File("definition.yaml"), RunBenchmark.DefinitionOf(cells / 100, 100), cancellationToken);
            using var simulator = await program.ServeAsync(["simulate", "--port", "0"], cancellationToken);
            await program.RunAsync(["run", program.File("definition.yaml"), "--base-url", $"{simulator.Url}v1", "--data", data, "--concurrency", "256", "--json"], cancellationToken);
        }

        using var server = await program.ServeAsync(["serve", "--port", PublishedProgram.FreePort().ToString(CultureInfo.InvariantCulture), "--data", data], cancellationToken);
        using var http = new HttpClient { BaseAddress = server.Url };
        using var runs = JsonDocument.Parse(await http.GetStringAsync(new Uri("api/runs?pageSize=1", UriKind.Relative), cancellationToken));
        var run = runs.RootElement.GetProperty("runs")[0];
        var path = new Uri($"api/runs/{run.GetProperty("runId").GetString()}", UriKind.Relative);
        var times = new List<double>();
        for (var request = 0; request < arguments.Get("requests", 50); request++)
        {
            var clock = Stopwatch.StartNew();
            using var response = await http.GetAsync(path, cancellationToken);
            response.EnsureSuccessStatusCode();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        var ordered = times.Skip(1).Order().ToList();
        return new Result("get-run", run.GetProperty("progress").GetProperty("total").GetInt64(), Math.Round(times[0], 1), Math.Round(ordered[ordered.Count / 2], 2), Math.Round(ordered[^1], 2));
    }
}

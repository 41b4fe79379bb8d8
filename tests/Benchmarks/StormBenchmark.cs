using System.Globalization;
using System.Text.Json;

namespace FunctionsEval.Benchmarks;

/// <summary>
/// A run against a server that admits 20 calls a second, one by one: <c>storm [--cells 400] [--rate 20] [--burst 1]</c>. Goodput is what
/// was answered for the time of the whole command, as a share of what the server would have admitted.
/// </summary>
internal static class StormBenchmark
{
    public sealed record Result(
        string Benchmark, int Rate, int Burst, long Cells, long Failed, double ElapsedSeconds, double Goodput, long Calls, long Refused, long MostRefusedInASecond);

    public static async Task<object> MeasureAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var (cells, rate, burst) = (arguments.Get("cells", 400), arguments.Get("rate", 20), arguments.Get("burst", 1));
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        await File.WriteAllTextAsync(program.File("definition.yaml"), RunBenchmark.DefinitionOf(cells / 4, 4), cancellationToken);
        using var simulator = await program.ServeAsync(["simulate", "--port", "0", "--rate", Text(rate), "--burst", Text(burst)], cancellationToken);
        var running = program.RunAsync(
            ["run", program.File("definition.yaml"), "--base-url", $"{simulator.Url}v1", "--data", program.File("data"), "--json"], cancellationToken);
        var mostRefused = await WatchAsync(simulator.Url, running, cancellationToken);
        var measured = await running;

        using var result = measured.Json();
        var progress = result.RootElement.GetProperty("progress");
        var completed = progress.GetProperty("completed").GetInt64();
        var seconds = measured.Wall.TotalSeconds;
        var calls = result.RootElement.GetProperty("calls").GetProperty("sent").GetInt64();
        return new Result(
            "storm", rate, burst, completed, progress.GetProperty("failed").GetInt64(), Math.Round(seconds, 3),
            Math.Round(completed / (burst + (rate * seconds)), 3), calls, calls - completed, mostRefused);
    }

    /// <summary>The most refusals between two looks, a second apart: a herd would show.</summary>
    private static async Task<long> WatchAsync(Uri simulator, Task running, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var (most, before) = (0L, 0L);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
            using var stats = JsonDocument.Parse(await http.GetStringAsync(new Uri(simulator, "stats"), cancellationToken));
            var refused = stats.RootElement.GetProperty("byOutcome").TryGetProperty("429", out var count) ? count.GetInt64() : 0;
            most = Math.Max(most, refused - before);
            before = refused;
        }

        return most;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Diagnostics;
using System.Globalization;

namespace FunctionsEval.Benchmarks;

/// <summary>From the start of the published server to its first answered request, with a fresh data folder each time.</summary>
internal static class StartupBenchmark
{
    public static async Task<object> OfServerAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var times = new List<(double Wall, double Cpu)>();
        var runs = arguments.Get("runs", 9);
        for (var run = 0; run <= runs; run++)
        {
            var time = await StartAsync(program, program.File($"data-{run}"), cancellationToken);

            // The first start reads the program from the disk.
            if (run > 0)
            {
                times.Add(time);
            }
        }

        var walls = times.Select(time => time.Wall).Order().ToList();
        return new RunBenchmark.ShortResult(
            "startup", runs, Math.Round(walls[runs / 2], 1), Math.Round(walls[0], 1), Math.Round(walls[^1], 1), Math.Round(times.Select(time => time.Cpu).Order().ElementAt(runs / 2), 1));
    }

    private static async Task<(double Wall, double Cpu)> StartAsync(PublishedProgram program, string data, CancellationToken cancellationToken)
    {
        var port = PublishedProgram.FreePort();
        using var client = new HttpClient();
        var clock = Stopwatch.StartNew();
        using var process = program.Start(["serve", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data]);
        try
        {
            while (true)
            {
                try
                {
                    using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/api/health"), cancellationToken);
                    response.EnsureSuccessStatusCode();
                    return (clock.Elapsed.TotalMilliseconds, process.TotalProcessorTime.TotalMilliseconds);
                }
                catch (HttpRequestException) when (clock.Elapsed < TimeSpan.FromSeconds(30))
                {
                    // Asking more often takes the processor from the program that starts; so the time is up to 10 ms too long.
                    await Task.Delay(10, cancellationToken);
                }
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}

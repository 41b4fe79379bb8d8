using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FunctionsEval.TestKit;

namespace FunctionsEval.Benchmarks;

/// <summary>From the start of the published program to its first answered request, with a fresh data folder each time.</summary>
internal static class StartupBenchmark
{
    public sealed record Result(string Benchmark, int Runs, double MedianMilliseconds, double MinMilliseconds, double MaxMilliseconds, double MedianCpuMilliseconds);

    public static Task<object> OfServerAsync(Arguments arguments, CancellationToken cancellationToken) => MeasureAsync(
        "startup",
        "/api/health",
        (port, data) => (["serve", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data], []),
        arguments,
        cancellationToken);

    private static async Task<object> MeasureAsync(
        string name, string path, Func<int, string, (string[] Arguments, Dictionary<string, string> Environment)> command, Arguments arguments, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var published = arguments.Find("published") ?? folder.File("published");
        if (!Directory.Exists(published))
        {
            await PublishAsync(published, cancellationToken);
        }

        var times = new List<(double Wall, double Cpu)>();
        var runs = arguments.Get("runs", 9);
        for (var run = 0; run <= runs; run++)
        {
            var port = FreePort();
            var (options, environment) = command(port, folder.File($"data-{run}"));
            var start = new ProcessStartInfo(Path.Combine(published, "functionseval"), options) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (variable, value) in environment)
            {
                start.Environment[variable] = value;
            }

            var time = await StartAsync(start, new Uri($"http://127.0.0.1:{port}{path}"), cancellationToken);

            // The first start reads the program from the disk.
            if (run > 0)
            {
                times.Add(time);
            }
        }

        var walls = times.Select(time => time.Wall).Order().ToList();
        return new Result(name, runs, Math.Round(walls[runs / 2], 1), Math.Round(walls[0], 1), Math.Round(walls[^1], 1), Math.Round(times.Select(time => time.Cpu).Order().ElementAt(runs / 2), 1));
    }

    private static async Task PublishAsync(string folder, CancellationToken cancellationToken)
    {
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", Path.Combine(Repository(), "functions"), "-c", "Release", "-o", folder, "--nologo", "-v", "q"])
        { RedirectStandardOutput = true })!;
        await publish.StandardOutput.ReadToEndAsync(cancellationToken);
        await publish.WaitForExitAsync(cancellationToken);
        if (publish.ExitCode != 0)
        {
            throw new InvalidOperationException($"dotnet publish ended with {publish.ExitCode}.");
        }
    }

    private static async Task<(double Wall, double Cpu)> StartAsync(ProcessStartInfo start, Uri url, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        try
        {
            while (true)
            {
                try
                {
                    using var response = await client.GetAsync(url, cancellationToken);
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../.."));
}

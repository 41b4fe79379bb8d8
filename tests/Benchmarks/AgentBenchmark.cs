using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Local;
using FunctionsEval.Serialization;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Benchmarks;

/// <summary>
/// Reports of ended tasks over loopback HTTP into SQLite, in batches of 1,000 over the last 90 days, and then what is asked of them: medians of
/// 20 requests, the first one aside.
/// </summary>
internal static class AgentBenchmark
{
    private const int BatchSize = 1_000;
    private const int Requests = 20;

    public sealed record ReportResult(
        string Benchmark, long Tasks, double ReportSeconds, double ReportsPerSecond, double MetricsMilliseconds7, double MetricsMilliseconds90, double PeakMemoryMiB, double StoreMiB);

    /// <param name="AgainSeconds">Median of three more, of which nothing has changed.</param>
    public sealed record ReviewResult(string Benchmark, long Tasks, double ReviewSeconds, double AgainSeconds, double StatusMilliseconds);

    /// <summary>A review of tasks that all ended within the week that it looks at.</summary>
    public static async Task<object> ReviewAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var tasks = arguments.Get("tasks", 100_000);
        var (program, web) = LocalProgram.OpenServer(
            new Settings(_ => null, folder.File("data")), new IPEndPoint(IPAddress.Loopback, 0), logging => logging.SetMinimumLevel(LogLevel.Error));
        await using var disposed = program;
        await web.StartAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(web.Urls.Single()), Timeout = TimeSpan.FromMinutes(5) };
        await SendAsync(client, tasks, days: 7, program.Clock.GetUtcNow(), cancellationToken);
        var times = new List<double>();
        for (var review = 0; review < 4; review++)
        {
            var clock = Stopwatch.StartNew();
            using var response = await client.PostAsync(new Uri("/api/agent/review", UriKind.Relative), content: null, cancellationToken);
            response.EnsureSuccessStatusCode();
            times.Add(clock.Elapsed.TotalSeconds);
        }

        return new ReviewResult("agent-review", tasks, Math.Round(times[0], 2), Math.Round(times.Skip(1).Order().ElementAt(1), 2), await MedianAsync(client, "/api/agent/status-report", cancellationToken));
    }

    public static async Task<object> ReportAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var tasks = arguments.Get("tasks", 100_000);
        var (program, web) = LocalProgram.OpenServer(
            new Settings(_ => null, folder.File("data")), new IPEndPoint(IPAddress.Loopback, 0), logging => logging.SetMinimumLevel(LogLevel.Warning));
        await using var disposed = program;
        await web.StartAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(web.Urls.Single()), Timeout = TimeSpan.FromMinutes(5) };
        var clock = Stopwatch.StartNew();
        await SendAsync(client, tasks, days: 90, program.Clock.GetUtcNow(), cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        using var process = Process.GetCurrentProcess();
        return new ReportResult(
            "agent-report",
            tasks,
            Math.Round(seconds, 2),
            Math.Round(tasks / seconds),
            await MedianAsync(client, "/api/agent/metrics?window_days=7", cancellationToken),
            await MedianAsync(client, "/api/agent/metrics?window_days=90", cancellationToken),
            Math.Round(process.PeakWorkingSet64 / 1048576.0, 1),
            Math.Round(new DirectoryInfo(folder.File("data")).EnumerateFiles().Sum(file => file.Length) / 1048576.0, 1));
    }

    private static async Task SendAsync(HttpClient client, int tasks, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var batch = 0; batch * BatchSize < tasks; batch++)
        {
            using var content = new ByteArrayContent(BodyOf(batch, Math.Min(BatchSize, tasks - (batch * BatchSize)), tasks, days, now)) { Headers = { ContentType = new("application/json") } };
            using var response = await client.PostAsync(new Uri("/api/agent/metrics/batch", UriKind.Relative), content, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }

    private static async Task<double> MedianAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var request = 0; request <= Requests; request++)
        {
            var clock = Stopwatch.StartNew();
            await client.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return Math.Round(times.Skip(1).Order().ElementAt(Requests / 2), 1);
    }

    /// <summary>Tasks in the order of time, with five types, three models and variants, two executors, and durations up to an hour.</summary>
    private static byte[] BodyOf(int batch, int count, int tasks, int days, DateTimeOffset now)
    {
        var random = new Random(batch);
        var metrics = Enumerable.Range(batch * BatchSize, count).Select(index => new TaskMetric(
            string.Create(CultureInfo.InvariantCulture, $"task-{index:D8}"),
            new[] { "spec", "impl", "test", "review", "heal" }[random.Next(5)],
            new[] { "openai/gpt-5", "anthropic/claude", "local/qwen" }[random.Next(3)],
            Math.Round(Math.Exp(random.NextDouble() * 8.1), 3),
            random.Next(10) == 0 ? AgentTaskStatus.Failed : AgentTaskStatus.Completed,
            now.AddDays(-days + ((double)days * index / tasks)),
            new[] { "codex", "cursor" }[random.Next(2)],
            $"prompt-{random.Next(3)}",
            "skill-1",
            Usage: new TaskUsage(random.Next(100_000), random.Next(5_000), random.Next(20), Math.Round(random.NextDouble(), 4)),
            OutputChars: random.Next(10_000)));
        return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new MetricBatch([.. metrics]), new MetricsJson(JsonRules.NewSnakeCaseOptions()).MetricBatch));
    }
}

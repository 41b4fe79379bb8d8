using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.TestKit;

namespace FunctionsEval.Benchmarks;

/// <summary>
/// An import and an A/B test as the command line does them, against the simulator in a process of its own at 0 ms: 200 candidates x 4
/// variants x 3 samples. CPU and memory are those of this process.
/// </summary>
internal static class AbTestBenchmark
{
    private const string TopicId = "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90";

    public sealed record RunResult(string Benchmark, long Cells, double ElapsedSeconds, double CellsPerSecond, double PeakMemoryMiB);

    public sealed record ImportResult(string Benchmark, long Items, double FileMiB, double ElapsedSeconds, double ItemsPerSecond, double PeakMemoryMiB);

    public static async Task<object> OnSqliteAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.File("content.jsonl"), items: 1_000, cancellationToken);
        await CommandAsync(["import", folder.File("content.jsonl"), "--data", folder.File("data"), "--json"], cancellationToken);
        using var simulator = await ChildProgram.StartAsync(["simulate", "--port", "0"], cancellationToken);
        var clock = Stopwatch.StartNew();
        string[] command =
        [
            "abtest", TopicId, "--from", "2026-05-04", "--to", "2026-05-11", "--max-items", "200",
            "--samples", arguments.Get("samples", 3).ToString(CultureInfo.InvariantCulture),
            "--base-url", $"{simulator.Url}v1", "--data", folder.File("data"), "--json",
            .. Enumerable.Range(1, 4).SelectMany(number => new[] { "--variant", $"v{number}=openai-compatible:sim-better-0.{number}" }),
        ];
        using var result = await CommandAsync(command, cancellationToken);
        clock.Stop();
        var completed = result.RootElement.GetProperty("progress").GetProperty("completed").GetInt64();
        return new RunResult(
            "abtest-sqlite", completed, Math.Round(clock.Elapsed.TotalSeconds, 3), Math.Round(completed / clock.Elapsed.TotalSeconds), PeakMemoryMiB());
    }

    public static async Task<object> ImportAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var items = arguments.Get("items", 100_000);
        await WriteAsync(folder.File("content.jsonl"), items, cancellationToken);
        var clock = Stopwatch.StartNew();
        using var result = await CommandAsync(["import", folder.File("content.jsonl"), "--data", folder.File("data"), "--json"], cancellationToken);
        clock.Stop();
        return new ImportResult(
            "import-sqlite",
            result.RootElement.GetProperty("items").GetInt64(),
            Math.Round(new FileInfo(folder.File("content.jsonl")).Length / 1048576.0, 1),
            Math.Round(clock.Elapsed.TotalSeconds, 3),
            Math.Round(items / clock.Elapsed.TotalSeconds),
            PeakMemoryMiB());
    }

    private static async Task<JsonDocument> CommandAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var output = new StringWriter();
        var exitCode = await CommandLine.RunAsync(new Terminal(output, Console.Error, IsOutRedirected: true, IsErrorRedirected: true, _ => null), arguments, cancellationToken);
        return exitCode == 0 ? JsonDocument.Parse(output.ToString()) : throw new InvalidOperationException($"'{arguments[0]}' ended with {exitCode}.");
    }

    private static double PeakMemoryMiB()
    {
        using var process = Process.GetCurrentProcess();
        return Math.Round(process.PeakWorkingSet64 / 1048576.0, 1);
    }

    /// <summary>Items of about a kilobyte, over one week and ten sources.</summary>
    private static async Task WriteAsync(string file, int items, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await writer.WriteLineAsync($$"""{"kind": "topic", "id": "{{TopicId}}", "name": "Benchmark"}""".AsMemory(), cancellationToken);
        for (var source = 0; source < 10; source++)
        {
            await writer.WriteLineAsync($$"""{"kind": "source", "id": "s{{source}}", "topicId": "{{TopicId}}", "type": "t{{source % 3}}"}""".AsMemory(), cancellationToken);
        }

        var body = string.Concat(Enumerable.Repeat("The quick report on a slow change. ", 25));
        for (var item = 0; item < items; item++)
        {
            var time = DateTimeOffset.UnixEpoch.AddDays(20577).AddSeconds(item * (604_800.0 / items)).ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture);
            var line = $$"""{"kind": "item", "id": "item-{{item:D7}}", "sourceId": "s{{item % 10}}", "title": "Report {{item}}", "body": "{{body}}", "publishedAt": "{{time}}"}""";
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }
}

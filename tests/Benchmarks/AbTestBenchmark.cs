using System.Globalization;
using System.Text;

namespace FunctionsEval.Benchmarks;

/// <summary>
/// An import and an A/B test as the command line does them, against the simulator in a process of its own at 0 ms: 200 candidates x 4
/// variants x 3 samples. CPU and memory are those of this process.
/// </summary>
internal static class AbTestBenchmark
{
    private const string TopicId = "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90";

    public sealed record RunResult(string Benchmark, long Cells, double ElapsedSeconds, double CellsPerSecond, double CpuMillisecondsPerCell, double PeakMemoryMiB);

    public sealed record ImportResult(string Benchmark, long Items, double FileMiB, double ElapsedSeconds, double ItemsPerSecond, double PeakMemoryMiB);

    public static async Task<object> OnSqliteAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        await WriteAsync(program.File("content.jsonl"), items: 1_000, cancellationToken);
        await program.RunAsync(["import", program.File("content.jsonl"), "--data", program.File("data"), "--json"], cancellationToken);
        using var simulator = await program.ServeAsync(["simulate", "--port", "0"], cancellationToken);
        var measured = await program.RunAsync(
            [
                "abtest", TopicId, "--from", "2026-05-04", "--to", "2026-05-11", "--max-items", "200",
                "--samples", arguments.Get("samples", 3).ToString(CultureInfo.InvariantCulture),
                "--base-url", $"{simulator.Url}v1", "--data", program.File("data"), "--json",
                .. Enumerable.Range(1, 4).SelectMany(number => new[] { "--variant", $"v{number}=openai-compatible:sim-better-0.{number}" }),
            ],
            cancellationToken);
        using var result = measured.Json();
        var completed = result.RootElement.GetProperty("progress").GetProperty("completed").GetInt64();
        return new RunResult(
            "abtest-sqlite", completed, Math.Round(measured.Wall.TotalSeconds, 3), Math.Round(completed / measured.Wall.TotalSeconds),
            Math.Round(measured.Cpu.TotalMilliseconds / completed, 3), Math.Round(measured.PeakMemoryMiB, 1));
    }

    public static async Task<object> ImportAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var items = arguments.Get("items", 100_000);
        await WriteAsync(program.File("content.jsonl"), items, cancellationToken);
        var measured = await program.RunAsync(["import", program.File("content.jsonl"), "--data", program.File("data"), "--json"], cancellationToken);
        using var result = measured.Json();
        return new ImportResult(
            "import-sqlite",
            result.RootElement.GetProperty("items").GetInt64(),
            Math.Round(new FileInfo(program.File("content.jsonl")).Length / 1048576.0, 1),
            Math.Round(measured.Wall.TotalSeconds, 3),
            Math.Round(items / measured.Wall.TotalSeconds),
            Math.Round(measured.PeakMemoryMiB, 1));
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

using System.Globalization;

namespace FunctionsEval.Benchmarks;

/// <summary>What people read and take away, by the published program: lists of runs, answers, exports.</summary>
internal static class TakeAwayBenchmark
{
    private static readonly string[] Formats = ["csv", "json", "jsonl", "junit", "md", "html"];

    /// <summary><c>export</c> of one large run in every format, from the start of the program to its exit.</summary>
    public static async Task<object> ExportAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var (cells, repeats) = (arguments.Get("cells", 100_000), arguments.Get("runs", 5));
        var data = program.File("export");
        var run = await StoredRuns.LargeAsync(data, cells, cancellationToken);
        var measured = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var format in Formats)
        {
            var file = program.File($"run.{format}");
            var times = await RepeatAsync(program, ["export", run, "--format", format, "--force", "-o", file, "--data", data], repeats, cancellationToken);
            var median = Median(times);
            measured[format] = new
            {
                CellsPerSecond = Math.Round(cells / median.Wall.TotalSeconds),
                Seconds = Math.Round(median.Wall.TotalSeconds, 2),
                CpuSeconds = Math.Round(median.Cpu.TotalSeconds, 2),
                PeakMiB = Math.Round(times.Max(time => time.PeakMemoryMiB), 1),
                MiB = Math.Round(new FileInfo(file).Length / 1048576.0, 1),
            };
        }

        return new { Cells = cells, Formats = measured };
    }

    /// <summary>Lists of a store of many runs: the command, from its start to its exit, the API and the page.</summary>
    public static async Task<object> RunsAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var (count, repeats) = (arguments.Get("count", 1_000), arguments.Get("runs", 9));
        var data = program.File("runs");
        await StoredRuns.ManyAsync(data, count, cancellationToken);
        var all = count.ToString(CultureInfo.InvariantCulture);
        var few = Median(await RepeatAsync(program, ["runs", "--data", data], repeats, cancellationToken));
        var whole = Median(await RepeatAsync(program, ["runs", "--limit", all, "--json", "--data", data], repeats, cancellationToken));
        var found = Median(await RepeatAsync(program, ["runs", "--name", "run 1", "--limit", all, "--json", "--data", data], repeats, cancellationToken));
        using var server = await program.ServeAsync(["serve", "--port", "0", "--data", data], cancellationToken);
        using var client = new HttpClient { BaseAddress = server.Url };
        return new
        {
            Runs = count,
            CommandMs = Ms(few),
            CommandCpuMs = Math.Round(few.Cpu.TotalMilliseconds),
            CommandOfAllMs = Ms(whole),
            CommandByNameMs = Ms(found),
            ApiMs = await PagesBenchmark.TimesAsync(client, "/api/runs", repeats, cancellationToken),
            ApiOfAllMs = await PagesBenchmark.TimesAsync(client, $"/api/runs?pageSize={Math.Min(count, 1_000)}", repeats, cancellationToken),
            PageMs = await PagesBenchmark.TimesAsync(client, "/api/pages", repeats, cancellationToken),
        };
    }

    /// <summary>The first answers of one large run: the command, from its start to its exit, the API and the page.</summary>
    public static async Task<object> AnswersAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var (cells, repeats) = (arguments.Get("cells", 100_000), arguments.Get("runs", 9));
        var data = program.File("answers");
        var run = await StoredRuns.LargeAsync(data, cells, cancellationToken);
        var first = Median(await RepeatAsync(program, ["answers", run, "--limit", "20", "--data", data], repeats, cancellationToken));
        using var server = await program.ServeAsync(["serve", "--port", "0", "--data", data], cancellationToken);
        using var client = new HttpClient { BaseAddress = server.Url };
        return new
        {
            Cells = cells,
            CommandMs = Ms(first),
            CommandCpuMs = Math.Round(first.Cpu.TotalMilliseconds),
            ApiMs = await PagesBenchmark.TimesAsync(client, $"/api/runs/{run}/cells", repeats, cancellationToken),
            PageMs = await PagesBenchmark.TimesAsync(client, $"/api/pages/runs/{run}/scenarios", repeats, cancellationToken),
        };
    }

    private static async Task<List<Measured>> RepeatAsync(PublishedProgram program, string[] command, int repeats, CancellationToken cancellationToken)
    {
        var times = new List<Measured>();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            times.Add(await program.RunAsync(command, cancellationToken));
        }

        return times;
    }

    private static Measured Median(List<Measured> times) => times.OrderBy(time => time.Wall).ElementAt(times.Count / 2);

    private static double Ms(Measured measured) => Math.Round(measured.Wall.TotalMilliseconds, 1);
}

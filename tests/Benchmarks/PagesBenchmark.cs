using System.Diagnostics;
using System.Globalization;
using FunctionsEval.Cli;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Local;
using FunctionsEval.Providers;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Cells;
using Microsoft.Playwright;

namespace FunctionsEval.Benchmarks;

/// <summary>Pages of one large run, from the published server: until Chromium first paints something, and until the whole answer is there.</summary>
internal static class PagesBenchmark
{
    private const int Variants = 4;
    private const int Samples = 5;

    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static async Task<object> MeasureAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var (cells, repeats) = (arguments.Get("cells", 100_000), arguments.Get("runs", 9));
        var data = program.File("pages");
        var run = await StoreAsync(data, cells / Variants / Samples, cancellationToken);
        var port = PublishedProgram.FreePort();
        using var process = program.Start(["serve", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data]);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await UntilServingAsync(client, cancellationToken);
            var page = $"/api/pages/runs/{run}";
            var last = cells / Variants / Samples / 25;
            return new
            {
                Cells = cells,
                RunMs = await TimesAsync(client, page, repeats, cancellationToken),
                RunFirstPaintMs = await FirstPaintAsync(client.BaseAddress, page, repeats),
                AnswersMs = await TimesAsync(client, $"{page}/scenarios", repeats, cancellationToken),
                LastAnswersMs = await TimesAsync(client, $"{page}/scenarios?page={last}", repeats, cancellationToken),
                DifferingMs = await TimesAsync(client, $"{page}/scenarios?sort=difference&only=differ", repeats, cancellationToken),
                ScenarioMs = await TimesAsync(client, $"{page}/scenarios/7", repeats, cancellationToken),
                RunsMs = await TimesAsync(client, "/api/pages", repeats, cancellationToken),
                PeakMiB = Math.Round(process.PeakWorkingSet64 / 1048576.0, 1),
            };
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<string> StoreAsync(string data, int items, CancellationToken cancellationToken)
    {
        await using var program = LocalProgram.Open(new Settings(_ => null, data), Terminal.Warnings());
        var run = new RunRecord(
            RunId.New(Start), RunRecord.MultiSample, "large", "d", [.. Enumerable.Range(0, Variants).Select(variant => Variant.Of($"openai:m{variant}"))], items,
            [new ScorerSpec("contains", "contains")], new RunSampling(Samples, 100, null, 7), new RunCalls("", new ProbeConfig()), RunStatus.Paused, Start, new RunCourse(Start), new CompareSpec(Margin: 0.02));
        var runs = program.Get<RunStore>();
        await runs.AddAsync(run, cancellationToken);
        await runs.AddItemsAsync(
            run.RunId,
            Enumerable.Range(0, items).Select(item => (item, ScenarioJson.Write(new Scenario($"s{item}", $"scenario {item}", $"What is the capital of country {item}?", Expected: "Paris")))).ToAsyncEnumerable(),
            cancellationToken);
        var random = new Random(1);
        var ledger = program.Get<CellLedger>();
        var addresses =
            from item in Enumerable.Range(0, items)
            from variant in Enumerable.Range(0, Variants)
            from sample in Enumerable.Range(0, Samples)
            select (Address: new CellAddress(item, variant, sample), Score: random.NextDouble() < 0.6 + (0.08 * variant) ? 1.0 : 0.0);
        await Parallel.ForEachAsync(addresses, new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = cancellationToken }, async (cell, _) =>
        {
            var end = Start.AddMilliseconds(640);
            var record = new CellRecord(cell.Address, CellOutcome.Scored, cell.Score, [new NamedScore("contains", cell.Score)], null, 1, 0, 14, 9, null, "m", "stop", Start, end, 0.0004m);
            var transcript = new Transcript([new Turn(1, "scenario_prompt", "What is the capital?", "The capital is Paris.", "stop", 14, 9)], "m", Start, end);
            var call = new ProviderCall("openai", "m", 1, Start, end, new ModelOutcome.Answered(new ModelAnswer("The capital is Paris.", "stop", "m", new TokenUsage(14, 9), RequestId: null)));
            await ledger.StoreAsync(run.RunId, record, transcript, [call]);
        });
        await program.Get<AnalyzeRun>().AnalyzeAsync(run.RunId, cancellationToken);
        await program.Get<CompleteRun>().RunAsync(new CompleteRunInput(run.RunId), cancellationToken);
        return run.RunId;
    }

    /// <summary>The first request, which compiles and reads what later ones find in memory, and the median of the others.</summary>
    private static async Task<object> TimesAsync(HttpClient client, string path, int repeats, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var repeat = 0; repeat <= repeats; repeat++)
        {
            var clock = Stopwatch.StartNew();
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            response.EnsureSuccessStatusCode();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return new { First = Math.Round(times[0], 1), Median = Math.Round(times.Skip(1).Order().ElementAt(repeats / 2), 1) };
    }

    /// <summary>First contentful paint since navigation began; null without Chromium.</summary>
    private static async Task<double?> FirstPaintAsync(Uri server, string path, int repeats)
    {
        const string chromium = "/usr/bin/chromium";
        if (!File.Exists(chromium))
        {
            return null;
        }

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        var times = new List<double>();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            await using var context = await browser.NewContextAsync();
            var page = await context.NewPageAsync();
            await page.GotoAsync(new Uri(server, path).ToString());
            times.Add(await page.EvaluateAsync<double>(
                "() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().find(entry => entry.name === 'first-contentful-paint')?.startTime)).observe({ type: 'paint', buffered: true }))"));
        }

        return Math.Round(times.Order().ElementAt(repeats / 2), 1);
    }

    private static async Task UntilServingAsync(HttpClient client, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var response = await client.GetAsync(new Uri("/api/health", UriKind.Relative), cancellationToken);
                return;
            }
            catch (HttpRequestException) when (attempt < 500)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace FunctionsEval.Benchmarks;

/// <summary>Pages of one large run, from the published server: until Chromium first paints something, and until the whole answer is there.</summary>
internal static class PagesBenchmark
{
    public static async Task<object> MeasureAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using var program = await PublishedProgram.GetAsync(arguments, cancellationToken);
        var (cells, repeats) = (arguments.Get("cells", 100_000), arguments.Get("runs", 9));
        var data = program.File("pages");
        var run = await StoredRuns.LargeAsync(data, cells, cancellationToken);
        var port = PublishedProgram.FreePort();
        using var process = program.Start(["serve", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data]);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await UntilServingAsync(client, cancellationToken);
            var page = $"/api/pages/runs/{run}";
            var last = cells / StoredRuns.CellsOfScenario / 25;
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

    /// <summary>The first request, which compiles and reads what later ones find in memory, and the median of the others.</summary>
    public static async Task<object> TimesAsync(HttpClient client, string path, int repeats, CancellationToken cancellationToken)
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

    public static async Task UntilServingAsync(HttpClient client, CancellationToken cancellationToken)
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

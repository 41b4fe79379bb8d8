using FunctionsEval.Functions.Tests.AbTests;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Providers.Simulator;
using Microsoft.Playwright;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>One server with example runs, and one Chromium, for all tests of the pages.</summary>
public sealed class PagesInChromium : IAsyncLifetime
{
    public const string Name = "pages in Chromium";

    private static readonly string[] Places = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // In milliseconds. Only a failing test waits this long; a machine that is busy with other things must not fail one.
    private const float Patience = 120_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage? _one;
    private ServerHost? _server;

    internal ServerHost Server => _server!;

    public string Capitals { get; private set; } = "";

    public string Hostile { get; private set; } = "";

    public string HalfDone { get; private set; } = "";

    public string Judged { get; private set; } = "";

    public string Earlier { get; private set; } = "";

    public string AbTest { get; private set; } = "";

    public string Digest { get; private set; } = "";

    /// <summary>An address with the ids of the example runs in their places.</summary>
    public string Address(string pattern) => pattern
        .Replace("{capitals}", Capitals, StringComparison.Ordinal)
        .Replace("{earlier}", Earlier, StringComparison.Ordinal)
        .Replace("{half}", HalfDone, StringComparison.Ordinal)
        .Replace("{judged}", Judged, StringComparison.Ordinal)
        .Replace("{hostile}", Hostile, StringComparison.Ordinal)
        .Replace("{abtest}", AbTest, StringComparison.Ordinal)
        .Replace("{digest}", Digest, StringComparison.Ordinal);

    public async ValueTask InitializeAsync()
    {
        var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(20)));
        bench.Environment["ENABLE_ABTESTS"] = "true";
        bench.Environment["MONTHLY_CREDITS"] = "1000";
        bench.Environment["OPENAI_COMPATIBLE_BASE_URL"] = bench.BaseUrl;
        bench.Environment["TRIAGE_MODEL"] = "openai-compatible:sim-noisy";
        _server = await ServerHost.StartAsync(bench);
        await using (var program = bench.Open())
        {
            HalfDone = await ExampleRuns.CapitalsAsync(program, samples: 3, finished: 0.4);
            Hostile = await ExampleRuns.HostileAsync(program);
            Earlier = await ExampleRuns.CapitalsAsync(program, seed: 9);
            await ExampleRuns.LabelAsync(program, Earlier, scenarios: 14);
            Capitals = await ExampleRuns.CapitalsAsync(program);
        }

        await _server.PostAsync("/api/content/import", ContentFiles.Of(items: 20), "application/x-ndjson");
        var test = await _server.PostAsync("/api/admin/abtests", AbTestBodies.Good().ToJsonString());
        var digest = await _server.PostAsync("/api/admin/run", $$"""{"topicId": "{{ContentFiles.TopicId}}", "windowStart": "2026-05-04", "windowEnd": "2026-05-08", "mode": "low"}""");
        AbTest = test.Json.GetProperty("runId").GetString()!;
        Digest = digest.Json.GetProperty("runId").GetString()!;
        Judged = await _server.StartRunAsync(ExampleRuns.JudgedYaml);
        await _server.UntilAsync(AbTest, "completed");
        await _server.UntilAsync(Judged, "completed");
        await _server.UntilAsync(Digest, "completed");
        await ExampleAgents.AddAsync(_server);
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        if (Executable is { } path)
        {
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu"] });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
        await _server!.DisposeAsync();
    }

    /// <summary>A fresh window; the test is skipped where there is no Chromium.</summary>
    internal async Task<IPage> OpenAsync(int width = 1024, bool dark = false, string? address = null)
    {
        Assert.SkipWhen(_browser is null, $"There is no Chromium at {string.Join(", ", Places)}, and Playwright has installed none: apt-get install chromium.");
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = address ?? Server.Client.BaseAddress!.ToString(),
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "Asia/Kolkata",
        });
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    /// <summary>The one window of tests that only look and change nothing in it: opening a window costs as much as looking at a page.</summary>
    internal async Task<IPage> OneAsync(int width = 1024)
    {
        _one ??= await OpenAsync();
        await _one.GotoAsync("about:blank");
        await _one.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        await _one.SetViewportSizeAsync(width, 900);
        return _one;
    }

    private string? Executable => Places.FirstOrDefault(File.Exists) ?? (File.Exists(_playwright!.Chromium.ExecutablePath) ? _playwright.Chromium.ExecutablePath : null);
}

[CollectionDefinition(PagesInChromium.Name)]
public sealed class PagesCollection : ICollectionFixture<PagesInChromium>;

using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Providers.Simulator;
using Microsoft.Playwright;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>One server with example runs, and one Chromium, for all tests of the pages.</summary>
public sealed class PagesInChromium : IAsyncLifetime
{
    public const string Name = "pages in Chromium";

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ServerHost? _server;

    internal ServerHost Server => _server!;

    public string Capitals { get; private set; } = "";

    public string Hostile { get; private set; } = "";

    public string HalfDone { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _server = await ServerHost.StartAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(20)));
        await using var program = _server.Bench.Open();
        HalfDone = await ExampleRuns.CapitalsAsync(program, samples: 3, finished: 0.4);
        Hostile = await ExampleRuns.HostileAsync(program);
        Capitals = await ExampleRuns.CapitalsAsync(program);
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
        return await context.NewPageAsync();
    }

    private string? Executable => Places.FirstOrDefault(File.Exists) ?? (File.Exists(_playwright!.Chromium.ExecutablePath) ? _playwright.Chromium.ExecutablePath : null);
}

[CollectionDefinition(PagesInChromium.Name)]
public sealed class PagesCollection : ICollectionFixture<PagesInChromium>;

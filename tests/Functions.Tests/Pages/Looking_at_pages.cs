using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>Every view, as a browser shows it. With FUNCTIONSEVAL_SCREENSHOTS set to a folder, pictures of all of them are left there.</summary>
[Collection(PagesInChromium.Name)]
public sealed class Looking_at_pages(PagesInChromium pages)
{
    private static readonly string? Screenshots = Environment.GetEnvironmentVariable("FUNCTIONSEVAL_SCREENSHOTS");

    public static TheoryData<string, string, string> Views => new()
    {
        { "runs", "/api/pages", "Runs" },
        { "none-found", "/api/pages?q=nothing-is-called-so", "Runs" },
        { "run", "/api/pages/runs/{capitals}", "capitals" },
        { "run-sorted", "/api/pages/runs/{capitals}?sort=-consistency", "capitals" },
        { "half-done", "/api/pages/runs/{half}", "capitals" },
        { "scenarios", "/api/pages/runs/{capitals}/scenarios?sort=difference&only=differ", "Scenarios" },
        { "scenarios-half-done", "/api/pages/runs/{half}/scenarios", "Scenarios" },
        { "scenario", "/api/pages/runs/{capitals}/scenarios/0?sample=2", "Bolivia" },
        { "label-begin", "/api/pages/runs/{capitals}/labels", "Label answers" },
        { "label", "/api/pages/runs/{capitals}/labels?labeller=ann&count=20", "Label answers" },
        { "run-labelled", "/api/pages/runs/{earlier}", "capitals" },
        { "run-judged", "/api/pages/runs/{judged}", "judged" },
        { "scenario-judged", "/api/pages/runs/{judged}/scenarios/3", "s3" },
        { "start", "/api/pages/start", "New run" },
        { "findings", "/api/pages/findings", "Findings" },
        { "agents", "/api/pages/agents?days=30", "Agents" },
        { "compare", "/api/pages/compare?run={capitals}&run={earlier}", "2 runs compared" },
        { "content", "/api/pages/content", "Content and A/B tests" },
        { "abtest", "/api/pages/runs/{abtest}", "" },
        { "candidate", "/api/pages/runs/{abtest}/scenarios/0", "" },
        { "digests", "/api/pages/digests", "Digests" },
        { "digest", "/api/pages/digests/{digest}", "Digest" },
        { "reference", "/api/pages/reference", "HTTP API" },
        { "unknown", "/api/pages/runs/r000000000000000", "Not Found" },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Each_view_fits_every_width_is_accessible_and_raises_no_error(string name, string address, string heading)
    {
        var page = await pages.OneAsync();
        var complaints = Complaints(page);
        await page.GotoAsync(pages.Address(address));
        foreach (var width in new[] { 2560, 1024, 360 })
        {
            await page.SetViewportSizeAsync(width, 900);
            await AssertFitsAsync(page, name, width);
            await KeepPictureAsync(page, $"{name}-{width}");
        }

        Assert.StartsWith(heading, (await page.Locator("h1").InnerTextAsync()).Trim(), StringComparison.Ordinal);
        AssertAccessible(name, await page.RunAxe());

        if (Screenshots is not null || name == "run")
        {
            // Only contrast depends on the colours, and Colours_of_pages holds it for each of them; this shows that they are those of the dark.
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            AssertAccessible($"{name} in the dark", await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Rules("color-contrast") }));
            await page.SetViewportSizeAsync(1024, 900);
            await KeepPictureAsync(page, $"{name}-1024-dark");
        }

        Assert.DoesNotContain(complaints, complaint => name != "unknown" || !complaint.Contains("404", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/pages")]
    [InlineData("/api/pages/agents")]
    [InlineData("/api/pages/runs/{hostile}")]
    [InlineData("/api/pages/runs/{hostile}/scenarios?sort=difference")]
    [InlineData("/api/pages/runs/{hostile}/scenarios/1")]
    [InlineData("/api/pages/runs/{hostile}/labels?labeller=ann")]
    [InlineData("/api/pages/runs/{hostile}/scenarios/2?sample=2")]
    public async Task Script_in_any_text_is_shown_and_never_run(string address)
    {
        var page = await pages.OneAsync(width: 360);
        var complaints = Complaints(page);

        await page.GotoAsync(pages.Address(address));
        foreach (var summary in await page.Locator("summary").AllAsync())
        {
            await summary.ClickAsync();
        }

        Assert.NotEqual("hit", await page.TitleAsync());
        Assert.Equal(1, await page.Locator("script").CountAsync());
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.Contains("<script>document.title='hit'</script>", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(complaints);
        await AssertFitsAsync(page, address, 360);
    }

    private static List<string> Complaints(IPage page)
    {
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        return complaints;
    }

    private static async Task AssertFitsAsync(IPage page, string name, int width)
    {
        var beyond = await page.EvaluateAsync<string[]>("""
            () => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
                [...document.querySelectorAll("body *")].filter(element => element.getBoundingClientRect().right > innerWidth && !element.closest(".scroll, .row b"))
                    .map(element => element.outerHTML.slice(0, 120))
            """);
        Assert.True(beyond.Length == 0, $"{name} is wider than {width} pixels: {string.Join("; ", beyond.Take(4))}");
    }

    private static void AssertAccessible(string name, AxeResult axe) => Assert.True(
        axe.Violations.Length == 0, string.Join("; ", axe.Violations.Select(violation => $"{name}: {violation.Id} {violation.Help} {violation.Nodes[0].Html}")));

    private static async Task KeepPictureAsync(IPage page, string name)
    {
        if (Screenshots is not null)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, $"{name}.png"), FullPage = true });
        }
    }
}

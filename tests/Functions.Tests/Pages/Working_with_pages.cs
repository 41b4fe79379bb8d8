using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.TestKit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>What people do with the pages: start a run, watch it to its end, stop it, extend it, look for answers.</summary>
[Collection(PagesInChromium.Name)]
public sealed class Working_with_pages(PagesInChromium pages)
{
    private const string Form = "application/x-www-form-urlencoded";

    private static readonly (string, string) Own = ("Sec-Fetch-Site", "same-origin");

    private static readonly string Definition = $$"""
        name: from a page
        scenarios:
        {{string.Join('\n', Enumerable.Range(0, 12).Select(index => $"  - {{ id: s{index}, prompt: 'How acceptable is case {index}?' }}"))}}
        models: ["openai-compatible:sim-noisy", "openai-compatible:sim-better-0.5"]
        samplesPerScenario: 5
        scorers: [{ type: number, pattern: 'Rating:\s*(\d)', min: 1, max: 5 }]
        """;

    private ServerHost Server => pages.Server;

    [Fact]
    public async Task The_page_of_a_run_tells_times_passes_and_tags()
    {
        var page = (await Server.GetAsync(pages.Address("/api/pages/runs/{capitals}"))).Text;

        Assert.Matches(@"terse mini: median \d+ ms, 95 of 100 within [\d.]+ m?s, the longest", page);
        Assert.Contains("Cells that pass", page, StringComparison.Ordinal);
        Assert.Contains("pass^5", page, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Means by tag\"", page, StringComparison.Ordinal);
        Assert.Contains("<bdi>Oceania</bdi>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("action=\"/api/pages/signout\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_estimated_started_and_watched_to_its_verdict()
    {
        var page = await pages.OpenAsync();
        await page.GotoAsync("/api/pages/start");

        await page.Locator("#definition").FillAsync(Definition);
        await Expect(page.Locator("#estimate")).ToContainTextAsync("120 cells");
        await page.Locator("#samples").FillAsync("3");
        await Expect(page.Locator("#estimate")).ToContainTextAsync("72 cells");
        await page.Locator("input[name=allowUnknownPrice]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        await Expect(page.Locator("h1")).ToContainTextAsync("from a page");
        await Expect(page.Locator("h1 .tag")).ToHaveTextAsync("completed");
        await Expect(page.Locator(".answer .verdict")).ToContainTextAsync("sim-better-0.5");
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task What_is_wrong_with_a_definition_is_said_by_line_and_nothing_is_lost()
    {
        var page = await pages.OpenAsync();
        await page.GotoAsync("/api/pages/start");
        var broken = Definition.Replace("type: number", "type: numbr", StringComparison.Ordinal);

        await page.Locator("#definition").FillAsync(broken);
        await Expect(page.Locator("#estimate")).ToContainTextAsync("numbr");
        await page.Locator("#estimate [data-line]").First.ClickAsync();
        var selected = await page.EvaluateAsync<string>("() => { const t = document.getElementById('definition'); return t.value.slice(t.selectionStart, t.selectionEnd); }");
        await page.Locator("#samples").EvaluateAsync("field => { field.removeAttribute('max'); field.value = '101'; }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        Assert.Contains("numbr", selected, StringComparison.Ordinal);
        await Expect(page.Locator("[role=alert]")).ToContainTextAsync("Did you mean \"number\"?");
        Assert.Equal(broken, (await page.Locator("#definition").InputValueAsync()).ReplaceLineEndings("\n"));
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task Keys_and_pointer_show_what_a_chart_means()
    {
        var page = await pages.OpenAsync();
        await page.GotoAsync($"/api/pages/runs/{pages.Capitals}");

        await page.Locator(".chart li").First.FocusAsync();
        await Expect(page.Locator("#tip")).ToContainTextAsync("plain mini: ");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#tip")).ToBeHiddenAsync();
        await page.Locator(".chart li.better").First.HoverAsync();
        await Expect(page.Locator("#tip")).ToContainTextAsync("terse mini against plain mini: +");
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task Times_are_those_of_the_reader_and_colours_the_reader_s_choice()
    {
        var page = await pages.OpenAsync(dark: true);
        await page.GotoAsync($"/api/pages/runs/{pages.HalfDone}");

        // 12:00 UTC in Kolkata.
        await Expect(page.Locator("time").First).ToContainTextAsync("17:30");
        await page.Locator("#theme").ClickAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task The_state_of_a_list_is_its_address()
    {
        var page = await pages.OpenAsync();
        await page.GotoAsync($"/api/pages/runs/{pages.Capitals}/scenarios");

        await page.Locator("#sort").SelectOptionAsync("difference");
        await ArriveAsync(page, "/scenarios?sort=difference");
        await page.Locator("input[name=only]").CheckAsync();
        await ArriveAsync(page, "/scenarios?sort=difference&only=differ");
        await page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await ArriveAsync(page, "/scenarios?sort=difference&only=differ&page=2");
        await page.Locator("tbody a").First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sample 3" }).ClickAsync();
        await ArriveAsync(page, "?sample=3");
        await page.Locator("summary").First.ClickAsync();
        await Expect(page.Locator("details[open]")).ToContainTextAsync("What is the capital of");
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task A_run_is_paused_resumed_cancelled_and_extended_by_forms()
    {
        var (id, status) = ("", "");
        for (var attempt = 0; attempt < 5 && status != "paused"; attempt++)
        {
            // The first may end before its form, which nobody has used yet, is answered.
            id = await Server.StartRunAsync(Definition.Replace("samplesPerScenario: 5", "samplesPerScenario: 20", StringComparison.Ordinal));
            await PostAsync($"/api/pages/runs/{id}/control", "action=pause");
            status = (await Server.RunAsync(id)).GetProperty("status").GetString();
        }

        Assert.Equal("paused", status);
        await PostAsync($"/api/pages/runs/{id}/control", "action=resume");
        await Server.UntilAsync(id, "completed");
        var late = await PostAsync($"/api/pages/runs/{id}/control", "action=cancel");
        var few = await PostAsync($"/api/pages/runs/{id}/extend", "samplesPerScenario=19");
        var text = await PostAsync($"/api/pages/runs/{id}/extend", "samplesPerScenario=many");
        await PostAsync($"/api/pages/runs/{id}/extend", "samplesPerScenario=21");
        var run = await Server.UntilAsync(id, "completed");

        Assert.Equal(HttpStatusCode.Conflict, late.Status);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (few.Status, text.Status));
        Assert.Contains("Samples must be a whole number, but is &#x27;many&#x27;.", text.Text, StringComparison.Ordinal);
        Assert.Equal(21, run.GetProperty("samplesPerScenario").GetInt32());
    }

    [Fact]
    public async Task A_run_of_judges_warns_of_one_that_judges_itself_shows_how_far_it_is_and_is_cancelled_on_the_page()
    {
        var own = Definition.Replace("samplesPerScenario: 5", "samplesPerScenario: 2", StringComparison.Ordinal).Replace(
            "min: 1, max: 5 }]", "min: 1, max: 5 }, { type: pairwise, name: preferred, models: ['openai-compatible:sim-noisy', 'openai-compatible:sim-judge-noise'], rubric: 'Which is right?' }]", StringComparison.Ordinal);
        var page = await pages.OpenAsync();
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.GotoAsync("/api/pages/start");
        await page.Locator("#definition").FillAsync(own);
        await Expect(page.Locator("#estimate")).ToContainTextAsync("Scorer 'preferred' lets a model judge its own answers (openai-compatible:sim-noisy)");

        // 48 answers, and 20 of the judgements of their 24 pairs; the others wait.
        var simulator = Server.Bench.Simulator;
        simulator.HoldAfter((int)simulator.Stats().Calls + 48 + 20);
        try
        {
            await page.Locator("input[name=allowUnknownPrice]").CheckAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
            await Expect(page.Locator("#so-far")).ToContainTextAsync(new Regex("[1-9][0-9]* of at most [0-9]+ judgements of pairs"));
            await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
            await Expect(page.Locator("h1 .tag")).ToHaveTextAsync("cancelled");
        }
        finally
        {
            simulator.LetGo();
        }

        var id = new Uri(page.Url).Segments[^1];
        var pairs = (await Server.RunAsync(id)).GetProperty("progress").GetProperty("pairs");
        Assert.InRange(pairs.GetProperty("judged").GetInt32(), 1, pairs.GetProperty("planned").GetInt32() - 1);
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task A_definition_that_is_too_long_is_refused_in_words()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/pages/start", UriKind.Relative));
        request.Content = new StringContent("definition=" + new string('x', 30_000_001), Encoding.ASCII, Form);
        request.Headers.ExpectContinue = true;
        request.Headers.Add("Sec-Fetch-Site", "same-origin");

        using var answer = await Server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("The body may have at most 30,000,000 bytes.", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_found_by_a_part_of_its_name_and_by_its_status()
    {
        var half = await Server.GetAsync("/api/pages?q=CAPIT&status=paused");

        Assert.Contains(pages.HalfDone, half.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(pages.Capitals, half.Text, StringComparison.Ordinal);
    }

    private Task<Answer> PostAsync(string path, string form) => Server.SendAsync("POST", path, Encoding.UTF8.GetBytes(form), Form, Own);

    // Asked for again and again: an event of the navigation that came just before somebody waited for it would never be heard.
    private static async Task ArriveAsync(IPage page, string ending)
    {
        await Expect(page).ToHaveURLAsync(new Regex($"{Regex.Escape(ending)}$"));

        // The page's own rules forbid a script that is text, which a browser that is asked once allows and one that looks by itself does not.
        await Eventually.TrueAsync(async () => await page.EvaluateAsync<string>("document.readyState") == "complete", $"{ending} to be whole", cancellationToken: TestContext.Current.CancellationToken);
    }
}

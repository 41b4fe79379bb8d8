using System.Net;
using FunctionsEval.Functions.Tests.Http;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>What people do with the page of agents.</summary>
[Collection(PagesInChromium.Name)]
public sealed class Deciding_on_agents(PagesInChromium pages)
{
    private const string Form = "application/x-www-form-urlencoded";

    private ServerHost Server => pages.Server;

    [Fact]
    public async Task Proposals_are_accepted_and_rejected_on_the_page_and_what_is_wrong_stands_first()
    {
        var page = await pages.OpenAsync();
        await page.GotoAsync("/api/pages/agents");
        var first = page.Locator("section").First;
        await Expect(first.Locator("h2")).ToHaveTextAsync("What needs attention");
        await Expect(first).ToContainTextAsync("tasks of type test failed alike within a day");
        var open = page.Locator("#proposals article", new() { HasText = "proposed" });
        var before = await open.CountAsync();
        Assert.True(before >= 2, $"{before}");

        await open.First.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await Expect(open).ToHaveCountAsync(before - 1);
        await open.First.GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await Expect(open).ToHaveCountAsync(before - 2);

        await Expect(page.Locator("#proposals")).ToContainTextAsync("Its task is pending.");
        var statuses = (await Server.GetAsync("/api/agent/proposals")).Json.GetProperty("proposals").EnumerateArray().Select(view => view.GetProperty("proposal").GetProperty("status").GetString()).ToList();
        Assert.Contains("accepted", statuses);
        Assert.Contains("rejected", statuses);

        // What somebody knows of stays in the table and leaves the sentences above.
        var known = page.Locator("form.known", new() { HasText = "Acknowledge" });
        var unknown = await known.CountAsync();
        await known.First.Locator("input[name=note]").FillAsync("Ada <b>looks</b> after it");
        await known.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(known).ToHaveCountAsync(unknown - 1);
        await Expect(page.GetByText("Ada <b>looks</b> after it")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take back" }).ClickAsync();
        await Expect(known).ToHaveCountAsync(unknown);

        // Another page of the window, and another dimension.
        await page.GetByRole(AriaRole.Link, new() { Name = "90 days" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "executor" }).ClickAsync();
        await Expect(page.Locator("#variants tbody")).ToContainTextAsync("codex");
        await Expect(page.Locator(".tabs.window [aria-current]")).ToHaveTextAsync("90 days");
        await page.GetByRole(AriaRole.Button, new() { Name = "Review now" }).ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("needs attention");
        await page.Context.DisposeAsync();
    }

    [Theory]
    [InlineData("?days=0", "days must be between 1 and 90, but is 0.")]
    [InlineData("?by=colour", "by must be one of prompt_variant, skill_version, model, executor, but is 'colour'.")]
    public async Task A_bad_address_is_told(string query, string message)
    {
        var answer = await Server.GetAsync($"/api/pages/agents{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(message, WebUtility.HtmlDecode(answer.Text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/pages/agents/review", "", "Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("/api/pages/agents/proposals/x", "decision=accept", "Origin", "https://example.org", HttpStatusCode.Forbidden)]
    [InlineData("/api/pages/agents/proposals/x", "decision=accept", "Sec-Fetch-Site", "same-origin", HttpStatusCode.NotFound)]
    [InlineData("/api/pages/agents/proposals/x", "decision=perhaps", "Sec-Fetch-Site", "same-origin", HttpStatusCode.BadRequest)]
    public async Task Forms_of_other_sites_and_unknown_decisions_are_refused(string address, string body, string header, string value, HttpStatusCode status) =>
        Assert.Equal(status, (await Server.SendAsync("POST", address, System.Text.Encoding.UTF8.GetBytes(body), Form, (header, value))).Status);

    [Fact]
    public async Task Without_any_agent_the_page_says_how_to_report_one()
    {
        await using var server = await ServerHost.StartAsync(await Workbench.CreateAsync());

        var answer = await server.GetAsync("/api/pages/agents");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("functionseval agent report --task T1", answer.Text, StringComparison.Ordinal);
        Assert.Contains("going well", answer.Text, StringComparison.Ordinal);
    }
}

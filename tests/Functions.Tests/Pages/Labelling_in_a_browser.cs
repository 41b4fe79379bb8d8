using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsEval.Functions.Tests.Pages;

[Collection(PagesInChromium.Name)]
public sealed class Labelling_in_a_browser(PagesInChromium pages)
{
    private string Address => pages.Address("/api/pages/runs/{capitals}/labels");

    [Fact]
    public async Task Answers_are_labelled_skipped_and_taken_back_by_keys_and_no_name_is_shown()
    {
        var page = await pages.OpenAsync();
        await page.GotoAsync(Address);
        await page.GetByLabel("Your name").FillAsync("kit");
        await page.GetByLabel("Answers").FillAsync("12");
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await page.GetByText(new Regex("^0 of 1\\d answers labelled")).WaitForAsync();
        var main = await page.Locator("main").InnerTextAsync();
        Assert.All((string[])["mini", "sonnet", "gpt", "step by step"], name => Assert.DoesNotContain(name, main, StringComparison.OrdinalIgnoreCase));

        await page.Keyboard.PressAsync("p");
        await page.GetByText(new Regex("^1 of 1\\d answers labelled")).WaitForAsync();
        await page.Keyboard.PressAsync("f");
        await page.GetByText(new Regex("^2 of 1\\d answers labelled")).WaitForAsync();
        await page.Keyboard.PressAsync("u");
        await page.GetByText(new Regex("^1 of 1\\d answers labelled")).WaitForAsync();

        // Who writes a note presses no button.
        await page.GetByLabel("Note").FillAsync("");
        await page.GetByLabel("Note").PressSequentiallyAsync("pass");
        Assert.Equal("pass", await page.GetByLabel("Note").InputValueAsync());
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "pass" }).ClickAsync();
        await page.GetByText(new Regex("^2 of 1\\d answers labelled")).WaitForAsync();
        await page.Context.DisposeAsync();

        var labels = (await pages.Server.GetAsync(pages.Address("/api/runs/{capitals}/labels"))).Json.GetProperty("labels").EnumerateArray()
            .Where(label => label.GetProperty("labeller").GetString() == "kit").ToList();
        Assert.Equal([1, 1], labels.Select(label => label.GetProperty("value").GetDouble()));
        Assert.Contains(labels, label => label.GetProperty("note").GetString() == "pass");
    }

    [Theory]
    [InlineData("metric=contains+capital&labeller=joe&count=12&position=0&token=wrong&value=maybe", HttpStatusCode.BadRequest)]
    [InlineData("metric=beauty&labeller=joe&count=12&position=0&value=1", HttpStatusCode.BadRequest)]
    [InlineData("metric=contains+capital&count=12&position=0&value=1", HttpStatusCode.BadRequest)]
    [InlineData("metric=contains+capital&labeller=joe&count=0&position=0&value=1", HttpStatusCode.BadRequest)]
    [InlineData("metric=contains+capital&labeller=joe&count=12&position=0&token=wrong&value=pass", HttpStatusCode.OK)]
    public async Task A_form_that_is_wrong_or_of_another_answer_labels_nothing(string form, HttpStatusCode status)
    {
        var answer = await pages.Server.SendAsync("POST", Address, Encoding.UTF8.GetBytes(form), "application/x-www-form-urlencoded", [("Sec-Fetch-Site", "same-origin")]);

        Assert.Equal(status, answer.Status);
        var labels = await pages.Server.GetAsync(pages.Address("/api/runs/{capitals}/labels"));
        Assert.DoesNotContain("\"joe\"", labels.Text, StringComparison.Ordinal);
    }
}

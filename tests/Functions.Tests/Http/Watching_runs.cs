using System.Net;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs;
using FunctionsEval.TestKit;
using FunctionsEval.Ui;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Watching_runs
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/ui", "text/html", "<title>FunctionsEval: runs</title>")]
    [InlineData("/api/ui/page.js", "text/javascript", "async function refresh()")]
    [InlineData("/api/ui/page.css", "text/css", "#findings")]
    public async Task The_page_is_open_may_load_nothing_foreign_and_is_not_sent_twice(string path, string type, string part)
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_API_KEY"] = "right-key";
        await using var host = await ServerHost.StartAsync(bench);

        using var response = await host.Client.GetAsync(path, Cancel);
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using var unchanged = await host.Client.SendAsync(again, Cancel);

        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains(part, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'; script-src 'self'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        (await host.GetAsync($"{UiApi.Path}/nothing.js")).AssertProblem(HttpStatusCode.NotFound, "nothing.js");
        (await host.GetAsync("/api/uix")).AssertProblem(HttpStatusCode.Unauthorized, "x-functions-key");
        (await host.GetAsync("/api/agent/findings")).AssertProblem(HttpStatusCode.Unauthorized, "x-functions-key");
    }

    [Fact]
    public async Task A_server_reviews_by_itself_and_when_asked()
    {
        await using var host = await ServerHost.StartAsync();
        await Eventually.TrueAsync(
            async () => (await host.GetAsync("/api/agent/findings")).Json.GetProperty("reviewed_at").ValueKind != JsonValueKind.Null, "the first review");

        await using (var services = host.Bench.Open())
        {
            await services.Runs.AddAsync(RunCells.Run() with { Status = RunStatus.Failed, CreatedAt = TimeProvider.System.GetUtcNow() }, Cancel);
        }

        var reviewed = await host.PostAsync("/api/agent/review");
        var command = await host.Bench.CommandAsync(["review", "--data", host.Bench.Data], Cancel);

        var finding = Assert.Single(reviewed.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(("FAILED_RUN", "high"), (finding.GetProperty("rule").GetString(), finding.GetProperty("severity").GetString()));
        Assert.Equal(0, command.ExitCode);
        Assert.Contains("FAILED_RUN          r000000000000000  since ", command.Output, StringComparison.Ordinal);
    }
}

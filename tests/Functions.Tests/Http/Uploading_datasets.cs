using System.Net;
using System.Text;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Uploading_datasets(SharedServer server) : IClassFixture<SharedServer>
{
    private ServerHost Host => server.Host;

    [Fact]
    public async Task A_run_takes_its_scenarios_from_an_uploaded_table()
    {
        var added = await Host.PostAsync("/api/datasets?name=capitals", "iso,country,capital\nfr,France,Paris\njp,Japan,Tokyo\nno,Norway,Oslo\n", "text/csv");
        var started = await Host.PostAsync("/api/runs", """
            {"definition":{"name":"n","prompt":"Capital of {{country}}?","scenarios":{"dataset":"capitals","id":"{{iso}}","expected":"{{capital}}","where":{"iso":["fr","no"]}},
             "models":["openai-compatible:sim-noisy"],"scorers":[{"type":"contains"}]}}
            """);
        var run = await Host.UntilAsync(started.Json.GetProperty("runId").GetString()!, "completed");
        var item = await Host.GetAsync($"/api/runs/{run.GetProperty("runId").GetString()}/items/1");

        Assert.Equal((HttpStatusCode.Created, 3), (added.Status, added.Json.GetProperty("rows").GetInt32()));
        Assert.EndsWith("/api/datasets/capitals", added.Location, StringComparison.Ordinal);
        Assert.Equal(2, run.GetProperty("items").GetInt32());
        Assert.Equal(("no", "Oslo"), (item.Json.GetProperty("scenario").GetProperty("id").GetString(), item.Json.GetProperty("scenario").GetProperty("expected").GetString()));
    }

    [Fact]
    public async Task A_dataset_is_listed_read_by_pages_replaced_and_removed()
    {
        var rows = string.Join('\n', Enumerable.Range(0, 250).Select(row => $"{{\"n\":{row}}}"));
        await Host.PostAsync("/api/datasets?name=numbers", rows, "application/x-ndjson");

        var first = await Host.GetAsync("/api/datasets/numbers/rows?pageSize=200");
        var rest = await Host.GetAsync($"/api/datasets/numbers/rows?pageSize=200&continuationToken={Uri.EscapeDataString(first.Json.GetProperty("continuationToken").GetString()!)}");
        await Host.PostAsync("/api/datasets?name=numbers", "{\"n\":7}", "application/x-ndjson");
        var replaced = await Host.GetAsync("/api/datasets/numbers/rows");
        var listed = await Host.GetAsync("/api/datasets");
        var removed = await Host.SendAsync("DELETE", "/api/datasets/numbers", null, null);

        Assert.Equal((200, 50), (first.Json.GetProperty("rows").GetArrayLength(), rest.Json.GetProperty("rows").GetArrayLength()));
        Assert.Equal(249, rest.Json.GetProperty("rows")[49].GetProperty("n").GetInt32());
        Assert.Equal(7, Assert.Single(replaced.Json.GetProperty("rows").EnumerateArray().ToList()).GetProperty("n").GetInt32());
        Assert.Contains("numbers", listed.Json.GetProperty("datasets").EnumerateArray().Select(dataset => dataset.GetProperty("name").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, removed.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Host.GetAsync("/api/datasets/numbers")).Status);
    }

    [Theory]
    [InlineData("name=a/b", "x\n1\n", "text/csv", 400, "name must have 1 to 100 letters")]
    [InlineData("name=x", "a,b\n1\n", "text/csv", 400, "The row has 1 values, but there are 2 columns (a, b). A value with a delimiter or a line break in it must be in quotes. (line 2)")]
    [InlineData("name=x", "", "text/csv", 400, "The data set has no rows.")]
    [InlineData("name=x", "{\"a\":\n", "application/x-ndjson", 400, "(line 1)")]
    [InlineData("name=x", "a\n1\n", "text/plain", 415, "The body must be JSON Lines, CSV or TSV")]
    public async Task What_is_no_table_is_refused(string query, string body, string type, int status, string message)
    {
        var answer = await Host.SendAsync("POST", $"/api/datasets?{query}", Encoding.UTF8.GetBytes(body), type);

        Assert.Equal(status, (int)answer.Status);
        Assert.Contains(message, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"dataset":"nothing"}""", "scenarios.dataset 'nothing' does not exist.")]
    [InlineData("""{"file":"/etc/passwd"}""", "scenarios.file is read by the command line only")]
    public async Task A_definition_that_names_none_is_refused(string scenarios, string message)
    {
        var answer = await Host.PostAsync("/api/definitions", $$"""{"name":"n","prompt":"p","scenarios":{{scenarios}},"models":["openai-compatible:sim-noisy"]}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(message, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_reads_a_data_set_of_its_store()
    {
        await using var host = await ServerHost.StartAsync();
        await host.PostAsync("/api/datasets?name=capitals", "country,capital\nFrance,Paris\nPeru,Lima\n", "text/csv");
        var bench = host.Bench;
        const string Definition = """
            name: capitals
            prompt: "Capital of {{country}}?"
            scenarios: { dataset: NAME, expected: "{{capital}}" }
            models: ["openai-compatible:sim-steady"]
            scorers: [{ type: contains }]
            """;

        var run = await bench.RunAsync(Definition.Replace("NAME", "capitals", StringComparison.Ordinal));
        var unknown = await bench.RunAsync(Definition.Replace("NAME", "rivers", StringComparison.Ordinal));
        var noStore = await bench.CommandAsync(["run", bench.Write("d.yaml", Definition), "--base-url", bench.BaseUrl, "--data", bench.Path("none")], TestContext.Current.CancellationToken);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(2, run.Json.GetProperty("progress").GetProperty("completed").GetInt32());
        Assert.Contains("scenarios.dataset 'rivers' does not exist.", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("there is no store in", noStore.Error, StringComparison.Ordinal);
    }
}

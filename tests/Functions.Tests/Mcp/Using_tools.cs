using System.Net;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Http;

namespace FunctionsEval.Functions.Tests.Mcp;

/// <summary>A model's client uses the tools over HTTP; one server and one run for all.</summary>
public sealed class Using_tools : IAsyncLifetime
{
    private ServerHost _host = null!;
    private ToolClient _client = null!;
    private string _run = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        _client = await ToolClient.OfServerAsync(_host, "/mcp", Cancel);
        _run = await _host.StartRunAsync(Yaml.Of(12, 4, ["sim-noisy", "sim-better-1"], more: "compare: { margin: 0.5 }"));
        await _host.UntilAsync(_run, "completed");
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Tools_say_what_they_do_and_take()
    {
        var tools = await _client.Client.ListToolsAsync(cancellationToken: Cancel);

        Assert.Equal(
            ["compare", "estimate_run", "gate", "get_run", "list_runs", "plan", "read_answers", "start_run"], tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, tool =>
        {
            Assert.Equal(tool.Name != "start_run", tool.ProtocolTool.Annotations!.ReadOnlyHint);
            Assert.NotEmpty(tool.Description);
            Assert.Equal("object", tool.JsonSchema.GetProperty("type").GetString());
            Assert.False(tool.JsonSchema.GetProperty("additionalProperties").GetBoolean());
            Assert.All(tool.JsonSchema.GetProperty("properties").EnumerateObject(), property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        });
        var samples = tools.Single(tool => tool.Name == "start_run").JsonSchema.GetProperty("properties").GetProperty("samples_per_scenario");
        Assert.Equal((1, 100), (samples.GetProperty("minimum").GetInt32(), samples.GetProperty("maximum").GetInt32()));
        Assert.Contains("1 to 100", samples.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Contains("start_run", _client.Client.ServerInstructions, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("start_run", """{"definition_id":"x","samples_per_scenario":0}""", "samples_per_scenario must be between 1 and 100, but is 0.")]
    [InlineData("start_run", """{"definition_id":"x","samples_per_scenario":101}""", "samples_per_scenario must be between 1 and 100, but is 101.")]
    [InlineData("estimate_run", """{"definition_id":"x","samples_per_scenario":101}""", "samples_per_scenario must be between 1 and 100, but is 101.")]
    [InlineData("start_run", """{"definition_id":"x","samples_per_scenario":"many"}""", "samples_per_scenario must be a whole number of 32 bits, but is \"many\".")]
    [InlineData("start_run", """{"definition_id":"x","samples":3}""", "samples is not a known field. Known here are definition_id, definition, models, samples_per_scenario")]
    [InlineData("start_run", """{"definition_id":"none-such"}""", "definition_id 'none-such' does not exist")]
    [InlineData("start_run", "{}", "Give either definition_id or definition.")]
    [InlineData("start_run", """{"definition":"name: ["}""", "The document is not valid YAML")]
    [InlineData("get_run", "{}", "run is required, but missing.")]
    [InlineData("get_run", """{"run":"r-none"}""", "run 'r-none' does not exist in this store. list_runs lists those that do.")]
    [InlineData("list_runs", """{"status":"done"}""", "status must be one of pending, running")]
    [InlineData("list_runs", """{"continuation_token":"x"}""", "continuation_token did not come from this store")]
    [InlineData("compare", """{"runs":["latest"]}""", "runs cannot be compared: two to 8 runs are compared, but 1")]
    [InlineData("read_answers", """{"run":"latest","outcome":"good"}""", "outcome must be one of scored, invalid")]
    [InlineData("read_answers", """{"run":"latest","sample":9}""", "sample must be between 0 and 3, but is 9.")]
    [InlineData("read_answers", """{"run":"latest","scenario":"s999"}""", "scenario 's999' is not in run")]
    [InlineData("plan", """{"effect":0.5}""", "Give either pilot_run, or difference_variance and within_variance.")]
    [InlineData("plan", """{"effect":0,"pilot_run":"latest"}""", "effect must be finite and not 0, but is 0.")]
    [InlineData("gate", """{"run":"latest"}""", "baseline or limits must be given")]
    [InlineData("gate", """{"run":"latest","margin":0,"baseline":"latest"}""", "margin must be")]
    [InlineData("gate", """{"run":"latest","limits":[{"measure":"passRate"}]}""", "limits must have min or max")]
    public async Task What_is_wrong_is_told_so_that_a_model_can_mend_it(string tool, string arguments, string message)
    {
        var answer = await _client.CallAsync(tool, JsonSerializer.Deserialize<JsonElement>(arguments), Cancel);

        Assert.True(answer.IsError, answer.Text);
        Assert.Contains(message, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_found_read_and_decided_on()
    {
        var listed = await _client.CallAsync("list_runs", new { status = "completed" }, Cancel);
        var run = await _client.CallAsync("get_run", new { run = _run[..12] }, Cancel);
        var answers = await _client.CallAsync("read_answers", new { run = _run, differ = true, limit = 3 }, Cancel);
        var next = await _client.CallAsync("read_answers", new { run = _run, differ = true, limit = 3, skip = 3 }, Cancel);
        var gate = await _client.CallAsync("gate", new { run = _run, limits = new[] { new { measure = "errorRate", max = 0.1 } } }, Cancel);
        var plan = await _client.CallAsync("plan", new { effect = 0.5, pilot_run = _run }, Cancel);

        Assert.Contains(listed.Json.GetProperty("runs").EnumerateArray(), one => one.GetProperty("run_id").GetString() == _run);
        Assert.StartsWith("completed, 96 of 96 cells done", run.Text, StringComparison.Ordinal);
        Assert.Contains("is better than", run.Text, StringComparison.Ordinal);
        Assert.Equal(run.Text.Split('\n'), run.Json.GetProperty("sentences").EnumerateArray().Select(sentence => sentence.GetString()));
        Assert.Equal("better", run.Json.GetProperty("comparisons")[0].GetProperty("verdict").GetString());
        Assert.Equal(2, run.Json.GetProperty("means").GetArrayLength());
        Assert.Equal(3, answers.Json.GetProperty("answers").GetArrayLength());
        Assert.Contains("pass skip 3", answers.Text, StringComparison.Ordinal);
        Assert.NotEqual(answers.Json.GetProperty("answers")[0].GetRawText(), next.Json.GetProperty("answers")[0].GetRawText());
        Assert.Contains("How acceptable", answers.Json.GetProperty("answers")[0].GetProperty("prompt").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("pass", gate.Text, StringComparison.Ordinal);
        Assert.Contains("To find a difference of 0.5", plan.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rules_of_the_server_hold()
    {
        var call = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}"""u8.ToArray();

        var foreign = await _host.SendAsync("POST", "/api/mcp", call, "application/json", ("Origin", "https://example.org"));
        var text = await _host.SendAsync("POST", "/mcp", call, "text/plain");
        var get = await _host.GetAsync("/mcp");

        var broken = await _host.SendAsync(
            "POST",
            "/mcp",
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"start_run","arguments":{"definition_id":"x","tags":["\ud800"]}}}"""u8.ToArray(),
            "application/json",
            ("Accept", "application/json, text/event-stream"));

        Assert.Contains("\"error\":", broken.Text, StringComparison.Ordinal);
        foreign.AssertProblem(HttpStatusCode.Forbidden, "is not this server");
        text.AssertProblem(HttpStatusCode.UnsupportedMediaType, "application/json");
        get.AssertProblem(HttpStatusCode.MethodNotAllowed, "does not take GET");
    }

    [Fact]
    public async Task With_a_key_the_tools_need_it()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["FUNCTIONSEVAL_API_KEY"] = "right-key";
        await using var host = await ServerHost.StartAsync(bench);

        (await host.PostAsync("/mcp", "{}")).AssertProblem(HttpStatusCode.Unauthorized, "x-functions-key");
        await using var client = await ToolClient.OfServerAsync(host, "/api/mcp", Cancel, "right-key");
        Assert.Equal(8, (await client.Client.ListToolsAsync(cancellationToken: Cancel)).Count);
    }
}

using System.Net;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Runs.Orchestration;

namespace FunctionsEval.Functions.Tests.AbTests;

/// <summary>A server that takes A/B tests, with a hundred items.</summary>
public sealed class AbTestServer : IAsyncLifetime
{
    internal ServerHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["ENABLE_ABTESTS"] = "true";
        Host = await ServerHost.StartAsync(bench);
        var imported = await Host.PostAsync("/api/content/import", ContentFiles.Of(100) + """{"kind": "cluster", "id": "c1", "members": ["i0003", "i0007"]}""");
        Assert.Equal(HttpStatusCode.OK, imported.Status);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

public sealed class Starting_ab_tests(AbTestServer server) : IClassFixture<AbTestServer>
{
    private ServerHost Host => server.Host;

    public static TheoryData<string, string, string> BadFields() => new()
    {
        { "topicId", "\"energy\"", "topicId must be a UUID, but is \"energy\"." },
        { "topicId", "null", "topicId must be a UUID, but is missing." },
        { "topicId", "7", "topicId must be a UUID, but is 7." },
        { "windowStart", "\"monday\"", "windowStart must be an ISO 8601 time such as 2026-05-04T00:00:00Z, but is \"monday\"." },
        { "windowStart", "null", "windowStart must be an ISO 8601 time such as 2026-05-04T00:00:00Z, but is missing." },
        { "windowEnd", "17", "windowEnd must be an ISO 8601 time such as 2026-05-04T00:00:00Z, but is 17." },
        { "windowEnd", "\"2026-05-04T00:00:00Z\"", "windowStart must be before windowEnd" },
        { "windowEnd", "\"2026-05-01\"", "windowStart must be before windowEnd" },
        { "variants", "null", "variants must be a list of 2 to 20 variants." },
        { "variants", "{}", "variants must be a list of 2 to 20 variants." },
        { "variants", "[{\"name\": \"a\", \"provider\": \"openai-compatible\", \"model\": \"m\"}]", "variants must be a list of 2 to 20 variants." },
        { "variants.1", "\"gpt\"", "variants[1] must be an object." },
        { "variants.1.name", "\"  \"", "variants[1].name must be text that is not blank, of at most 200 characters." },
        { "variants.1.name", "\"v0\"", "variants[1].name repeats 'v0'" },
        { "variants.0.provider", "null", "variants[0].provider must be the name of a provider" },
        { "variants.0.provider", "\"acme\"", "variants[0].provider cannot be called: UNSUPPORTED_PROVIDER" },
        { "variants.0.provider", "\"gpt-4\"", "MISSING_API_KEY" },
        { "variants.0.model", "\"\"", "variants[0].model must be text that is not blank." },
        { "variants.1.reasoningEffort", "\"extreme\"", "variants[1].reasoningEffort must be none, low, medium, high or null, but is \"extreme\"." },
        { "variants.1.reasoningEffort", "3", "variants[1].reasoningEffort must be none, low, medium, high or null, but is 3." },
        { "variants.1.maxOutputTokens", "0", "variants[1].maxOutputTokens must be a positive whole number, but is 0." },
        { "variants.1.maxOutputTokens", "1.5", "variants[1].maxOutputTokens must be a positive whole number, but is 1.5." },
        { "variants.1.temprature", "1", "variants[1].temprature is not a known field." },
        { "variants.0.model", $"\"{new string('m', 400)}\"", "variants[0].model and its provider must have fewer than 200 characters." },
        { "variants.0.preamble", $"\"{new string('p', 400_000)}\"", "variants must have at most 300,000 characters in all their preambles, but have 400,000." },
        { "maxItems", "0", "maxItems must be a positive whole number, but is 0." },
        { "maxItems", "\"50\"", "maxItems must be a positive whole number, but is \"50\"." },
        { "samples", "101", "samples must be between 1 and 100, but is 101." },
        { "margin", "0", "margin must be a number of points above 0 and below 100, but is 0." },
        { "margin", "\"3\"", "margin must be a number of points above 0 and below 100, but is \"3\"." },
        { "sample", "1", "sample is not a known field." },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public async Task A_field_that_breaks_its_rule_is_named_with_its_value(string field, string json, string message) =>
        AssertError(await PostAsync(AbTestBodies.With(field, json)), HttpStatusCode.BadRequest, "INVALID_PARAM", message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public async Task A_body_that_is_no_object_is_refused(string body) =>
        AssertError(await PostAsync(body), HttpStatusCode.BadRequest, "INVALID_BODY", "The body must be a JSON object");

    [Fact]
    public async Task Only_the_first_complaint_is_told() =>
        AssertError(await PostAsync("""{"topicId": 1, "windowStart": 2, "maxItems": -1}"""), HttpStatusCode.BadRequest, "INVALID_PARAM", "topicId must be a UUID, but is 1.");

    [Fact]
    public async Task A_topic_that_is_not_there_is_forbidden() => AssertError(
        await PostAsync(AbTestBodies.With("topicId", "\"00000000-0000-4000-8000-000000000000\"")),
        HttpStatusCode.Forbidden, "FORBIDDEN", "topicId '00000000-0000-4000-8000-000000000000' is not one of your topics.");

    [Fact]
    public async Task Without_any_content_there_is_nothing_to_test()
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["ENABLE_ABTESTS"] = "1";
        await using var empty = await ServerHost.StartAsync(bench);

        var answer = await empty.PostAsync("/api/admin/abtests", AbTestBodies.Good().ToJsonString());

        AssertError(answer, HttpStatusCode.ServiceUnavailable, "NOT_INITIALIZED", "There is no topic yet");
    }

    [Theory]
    [InlineData("GET", "/api/admin/abtests")]
    [InlineData("GET", "/api/admin/abtests?pageSize=nonsense")]
    [InlineData("GET", "/api/admin/abtests/nonsense")]
    [InlineData("GET", "/api/admin/abtests/nonsense/analysis")]
    [InlineData("POST", "/api/admin/abtests")]
    public async Task Without_the_flag_every_route_says_so_before_it_looks_at_anything(string method, string path)
    {
        await using var host = await ServerHost.StartAsync();

        var answer = method == "GET" ? await host.GetAsync(path) : await host.PostAsync(path, "not json");

        AssertError(answer, HttpStatusCode.Forbidden, "FEATURE_DISABLED", AbTestFeature.Disabled);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("yes", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void The_flag_is_true_or_1(string? value, bool enabled) => Assert.Equal(enabled, AbTestFeature.FromEnvironment(value).Enabled);

    [Fact]
    public async Task A_window_without_candidates_completes_at_once()
    {
        var body = AbTestBodies.Good();
        (body["windowStart"], body["windowEnd"]) = ("2020-01-01", "2020-01-02");

        var started = await PostAsync(body.ToJsonString());
        var detail = (await Host.GetAsync($"/api/admin/abtests/{started.Json.GetProperty("runId").GetString()}")).Json;

        Assert.Equal((HttpStatusCode.Created, 0), (started.Status, started.Json.GetProperty("items").GetInt32()));
        Assert.Equal("completed", detail.GetProperty("run").GetProperty("status").GetString());
        Assert.Equal("There are no candidates in the window.", detail.GetProperty("run").GetProperty("reason").GetString());
        var runId = started.Json.GetProperty("runId").GetString()!;
        var why = $"Run '{runId}' is completed and has no analysis: There are no candidates in the window.";
        AssertError(await Host.GetAsync($"/api/admin/abtests/{runId}/analysis"), HttpStatusCode.NotFound, "NOT_FOUND", why);
        (await Host.GetAsync($"/api/runs/{runId}/analysis")).AssertProblem(HttpStatusCode.NotFound, why);
    }

    [Fact]
    public async Task On_the_command_line_a_bad_time_is_told_by_its_option()
    {
        await using var bench = await Running_ab_tests.BenchAsync();

        var result = await bench.CommandAsync(
            ["abtest", ContentFiles.TopicId, "--from", "junk", "--variant", "a=openai-compatible:sim-noisy", "--variant", "b=openai-compatible:sim-steady", "--base-url", bench.BaseUrl, "--data", bench.Data]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--from must be an ISO 8601 time", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_the_command_line_an_empty_window_is_said_and_nothing_fails()
    {
        await using var bench = await Running_ab_tests.BenchAsync();
        string[] data = ["--data", bench.Data];

        var run = await bench.CommandAsync(
            [
                "abtest", ContentFiles.TopicId, "--from", "2020-01-01", "--to", "2020-01-02",
                "--variant", "a=openai-compatible:sim-noisy", "--variant", "b=openai-compatible:sim-steady", "--base-url", bench.BaseUrl, .. data,
            ]);
        var runId = (await bench.ReadAsync()).Run.RunId;
        var resumed = await bench.CommandAsync(["resume", runId, "--json", .. data]);
        var analyzed = await bench.CommandAsync(["analyze", runId, .. data]);

        Assert.Equal((0, 0, 1), (run.ExitCode, resumed.ExitCode, analyzed.ExitCode));
        Assert.Contains("There are no candidates in the window.", run.Output, StringComparison.Ordinal);
        Assert.Contains("There is no analysis: it has no cells.", run.Output, StringComparison.Ordinal);
        Assert.Equal("completed", resumed.Json.GetProperty("status").GetString());
        Assert.Contains($"run '{runId}' has nothing to analyze: There are no candidates in the window.", analyzed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_200_items_are_cut_and_the_answer_says_so()
    {
        var started = await PostAsync(AbTestBodies.With("maxItems", "5000"));

        Assert.Equal(200, started.Json.GetProperty("maxItems").GetInt32());
    }

    [Theory]
    [InlineData("nonsense", HttpStatusCode.BadRequest, "INVALID_PARAM")]
    [InlineData("r000000000000000", HttpStatusCode.NotFound, "NOT_FOUND")]
    public async Task An_id_that_is_none_or_unknown_is_told_apart(string id, HttpStatusCode status, string code)
    {
        AssertError(await Host.GetAsync($"/api/admin/abtests/{id}"), status, code, id);
        AssertError(await Host.GetAsync($"/api/admin/abtests/{id}/analysis"), status, code, id);
    }

    [Fact]
    public async Task A_run_of_another_kind_is_no_ab_test()
    {
        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 1, samples: 1, models: ["sim-noisy"]));

        AssertError(await Host.GetAsync($"/api/admin/abtests/{runId}"), HttpStatusCode.NotFound, "NOT_FOUND", runId);
    }

    [Theory]
    [InlineData("pageSize=0")]
    [InlineData("pageSize=x")]
    [InlineData("continuationToken=x")]
    public async Task Bad_paging_is_refused_in_the_same_form(string query)
    {
        var answer = await Host.GetAsync($"/api/admin/abtests?{query}");

        AssertError(answer, HttpStatusCode.BadRequest, "INVALID_PARAM", query.Split('=')[1]);
    }

    internal static void AssertError(Answer answer, HttpStatusCode status, string code, string message)
    {
        Assert.True(status == answer.Status, $"{(int)answer.Status}: {answer.Text}");
        Assert.False(answer.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(code, answer.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(message, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", answer.Text, StringComparison.Ordinal);
    }

    private Task<Answer> PostAsync(string body) => Host.PostAsync("/api/admin/abtests", body);
}

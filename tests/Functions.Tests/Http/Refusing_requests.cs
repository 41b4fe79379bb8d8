using System.Net;

namespace FunctionsEval.Functions.Tests.Http;

/// <summary>What a request may not say is a problem that names it, and leaves nothing behind.</summary>
public sealed class Refusing_requests(SharedServer server) : IClassFixture<SharedServer>
{
    private const string Definition = """{ "name": "n", "scenarios": [{ "id": "a", "prompt": "p" }], "models": ["openai-compatible:sim-noisy"] }""";

    private ServerHost Host => server.Host;

    public static TheoryData<string, string, string?> Bad => new()
    {
        { "{}", "Give either definitionId or definition.", "definitionId" },
        { $$"""{ "definitionId": "d1", "definition": {{Definition}} }""", "Give either definitionId or definition.", "definitionId" },
        { $$"""{ "definition": {{Definition}}, "samplesPerScenario": 0 }""", "samplesPerScenario must be between 1 and 100, but is 0.", "samplesPerScenario" },
        { $$"""{ "definition": {{Definition}}, "samplesPerScenario": 101 }""", "samplesPerScenario must be between 1 and 100, but is 101.", "samplesPerScenario" },
        { $$"""{ "definition": {{Definition}}, "samplePercentage": 0 }""", "samplePercentage must be between 1 and 100, but is 0.", "samplePercentage" },
        { $$"""{ "definition": {{Definition}}, "models": [] }""", "models must list between 1 and 100 models, but lists 0.", "models" },
        { $$"""{ "definition": {{Definition}}, "models": ["x:y"] }""", "UNSUPPORTED_PROVIDER", "models[0]" },
        { $$"""{ "definition": {{Definition}}, "models": ["openai:gpt-4.1-mini"] }""", "MISSING_API_KEY: OPENAI_API_KEY is not set", "models[0]" },
        { """{ "definition": { "name": "n", "scenarios": [], "models": ["m"] } }""", "scenarios must list between 1 and 100,000 scenarios, but lists 0.", "definition.scenarios" },
        { """{ "definition": 7 }""", "A definition must be a mapping of fields, but is 7", null },
        { $$"""{ "definition": {{Definition}}, "baseUrl": "http://127.0.0.1:1/v1" }""", "baseUrl is not a known field.", "baseUrl" },
        { $$"""{ "definition": {{Definition}}, "models": [null] }""", "models[0] must be text, but is null.", "models[0]" },
        { $$"""{ "definition": {{Definition}}, "samplesPerScenario": "3" }""", "samplesPerScenario must be a whole number of 32 bits, but is \"3\".", "samplesPerScenario" },
        { $$"""{ "definition": {{Definition}}, "samplesPerScenario": 1.5 }""", "samplesPerScenario must be a whole number of 32 bits, but is 1.5.", "samplesPerScenario" },
        { "{", "The body is not JSON", null },
        { "", "The request needs a body, a JSON object.", null },
        { "[]", "The body must be an object, but is [].", null },
        { "\"x\"", "The body must be an object, but is \"x\".", null },
        { $$"""{ "definition": {{Definition}}, "models": 7 }""", "models must be a list, but is 7.", "models" },
        { """{ "definitionId": ["d1"] }""", "definitionId must be text, but is [\"d1\"].", "definitionId" },
        { "null", "The body must be an object, but is null.", null },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_request_is_a_problem_and_leaves_no_run(string body, string message, string? field)
    {
        var started = await RunIdsAsync();

        (await Host.PostAsync("/api/runs", body)).AssertProblem(HttpStatusCode.BadRequest, message, field);
        (await Host.PostAsync("/api/runs/estimate", body)).AssertProblem(HttpStatusCode.BadRequest, message, field);

        Assert.Equal(started, await RunIdsAsync());
    }

    [Theory]
    [InlineData("/api/plans", "{}", "effect is required, but missing.")]
    [InlineData("/api/plans", """{ "effect": true }""", "effect must be a finite number, but is true.")]
    [InlineData("/api/runs/r/extend", """{ "addVariants": [{ "model": 3 }] }""", "addVariants[0].model must be text, but is 3.")]
    [InlineData("/api/runs/r/extend", """{ "addVariants": [{ "name": "x" }] }""", "addVariants[0].model is required, but missing.")]
    public async Task A_value_of_the_wrong_type_is_named_beside_the_right_one(string path, string body, string message)
    {
        var answer = await Host.PostAsync(path, body);

        answer.AssertProblem(HttpStatusCode.BadRequest, message);
        Assert.DoesNotContain("FunctionsEval.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_is_wrong_everywhere_is_answered_with_its_first_errors()
    {
        var scenarios = string.Join(",", Enumerable.Range(0, 500).Select(index => $$"""{ "id": "s{{index}}" }"""));

        var answer = await Host.PostAsync("/api/definitions", $$"""{ "name": "n", "models": ["openai-compatible:a"], "scenarios": [{{scenarios}}] }""");

        answer.AssertProblem(HttpStatusCode.BadRequest, "... and 480 more.");
        Assert.Equal(20, answer.Json.GetProperty("errors").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("/api/runs?state=failed", "state", "state is not a known parameter of /api/runs, which takes status, tag, name, kind, pageSize, continuationToken.")]
    [InlineData("/api/runs/r/cells?samplindex=1", "samplindex", "which takes variant, model, sampleIndex, itemIndex, pageSize, continuationToken.")]
    [InlineData("/api/runs/r/items/0?itemIndex=1", "itemIndex", "which takes variant, model, sampleIndex, pageSize, continuationToken.")]
    [InlineData("/api/runs/r/analysis?variant=a", "variant", "which takes none.")]
    [InlineData("/api/agent/findings?resolvd=true", "resolvd", "which takes resolved.")]
    public async Task A_misspelt_filter_is_refused_and_does_not_give_all(string path, string field, string message) =>
        (await Host.GetAsync(path)).AssertProblem(HttpStatusCode.BadRequest, message, field);

    [Theory]
    [InlineData("/api/runs?PAGESIZE=1&code=key&clientId=default")]
    [InlineData("/api/health?probe=7")]
    [InlineData("/api/pages?utm_source=mail")]
    [InlineData("/api/admin/credits?x=1")]
    public async Task Parameters_of_others_are_let_through(string path) => Assert.Equal(HttpStatusCode.OK, (await Host.GetAsync(path)).Status);

    [Fact]
    public async Task What_the_router_refuses_says_why()
    {
        (await Host.PostAsync("/api/runs", "definitionId=d", "application/x-www-form-urlencoded")).AssertProblem(
            HttpStatusCode.UnsupportedMediaType, "but the content type is 'application/x-www-form-urlencoded");
        (await Host.PostAsync("/api/health")).AssertProblem(HttpStatusCode.MethodNotAllowed, "/api/health does not take POST.");
        (await Host.GetAsync("/api/agent/findings?resolved=maybe")).AssertProblem(HttpStatusCode.BadRequest, "resolved must be true or false, but is 'maybe'.", "resolved");
        (await Host.SendLargeAsync("/api/runs", 31_000_000)).AssertProblem(HttpStatusCode.RequestEntityTooLarge, "The body may have at most 30,000,000 bytes.");
        var broken = await Host.PostAsync("/api/runs", """{ "definitionId": tru }""");
        broken.AssertProblem(HttpStatusCode.BadRequest, "The body is not JSON");
        Assert.DoesNotContain("LineNumber", broken.Text, StringComparison.Ordinal);
        (await Host.GetAsync("/api/nothing")).AssertProblem(HttpStatusCode.NotFound, "There is nothing at /api/nothing.");
    }

    [Theory]
    [InlineData("POST", "/api/runs", "Definition 'dnone' does not exist.")]
    [InlineData("POST", "/api/runs/estimate", "Definition 'dnone' does not exist.")]
    [InlineData("GET", "/api/runs/rnone", "Run 'rnone' does not exist.")]
    [InlineData("GET", "/api/runs/rnone/cells", "Run 'rnone' does not exist.")]
    [InlineData("GET", "/api/runs/rnone/items/0", "Run 'rnone' does not exist.")]
    [InlineData("GET", "/api/runs/rnone/analysis", "Run 'rnone' does not exist.")]
    [InlineData("POST", "/api/runs/rnone/pause", "Run 'rnone' does not exist.")]
    [InlineData("POST", "/api/runs/rnone/resume", "Run 'rnone' does not exist.")]
    [InlineData("POST", "/api/runs/rnone/cancel", "Run 'rnone' does not exist.")]
    public async Task What_does_not_exist_is_404(string method, string path, string message)
    {
        var answer = method == "GET"
            ? await Host.GetAsync(path)
            : await Host.PostAsync(path, path.Contains("rnone", StringComparison.Ordinal) ? null : """{ "definitionId": "dnone" }""");

        answer.AssertProblem(HttpStatusCode.NotFound, message);
    }

    [Fact]
    public async Task An_unknown_path_is_a_problem_too()
    {
        var answer = await Host.GetAsync("/api/nowhere");

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.Status, answer.ContentType));
    }

    [Fact]
    public async Task Filters_and_pages_out_of_range_are_named()
    {
        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 2, samples: 2));
        await Host.UntilAsync(runId, "completed");

        (string Path, string Message, string Field)[] bad =
        [
            ("cells?pageSize=0", "pageSize must be between 1 and 1000, but is 0.", "pageSize"),
            ("cells?pageSize=1001", "pageSize must be between 1 and 1000, but is 1001.", "pageSize"),
            ("items/0?pageSize=0", "pageSize must be between 1 and 1000, but is 0.", "pageSize"),
            ("cells?model=gpt", "model 'gpt' is not a model of this run, which has openai-compatible:sim-noisy.", "model"),
            ("cells?sampleIndex=2", "sampleIndex must be between 0 and 1, but is 2.", "sampleIndex"),
            ("items/0?sampleIndex=-1", "sampleIndex must be between 0 and 1, but is -1.", "sampleIndex"),
            ("cells?itemIndex=2", "itemIndex must be between 0 and 1, but is 2.", "itemIndex"),
        ];
        foreach (var (path, message, field) in bad)
        {
            (await Host.GetAsync($"/api/runs/{runId}/{path}")).AssertProblem(HttpStatusCode.BadRequest, message, field);
        }

        (await Host.GetAsync($"/api/runs/{runId}/items/2")).AssertProblem(HttpStatusCode.NotFound, $"Item '{runId}/2' does not exist.");
        (await Host.GetAsync($"/api/runs/{runId}/cells?continuationToken=nonsense")).AssertProblem(HttpStatusCode.BadRequest, "'nonsense' did not come from this store", "continuationToken");
        (await Host.GetAsync($"/api/runs/{runId}/cells?itemIndex=x")).AssertProblem(HttpStatusCode.BadRequest, "itemIndex");
    }

    [Fact]
    public async Task What_a_finished_run_cannot_do_is_409_and_what_it_is_already_succeeds()
    {
        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 1, samples: 1));
        await Host.UntilAsync(runId, "completed");

        foreach (var verb in new[] { "pause", "resume", "cancel" })
        {
            (await Host.PostAsync($"/api/runs/{runId}/{verb}")).AssertProblem(HttpStatusCode.Conflict, $"Run '{runId}' is completed; only a run that is one of");
        }

        Assert.Equal("completed", (await Host.RunAsync(runId)).GetProperty("status").GetString());
    }

    private async Task<List<string?>> RunIdsAsync() =>
        [.. (await Host.GetAsync("/api/runs?pageSize=1000")).Json.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("runId").GetString())];
}

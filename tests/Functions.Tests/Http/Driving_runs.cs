using System.Net;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Http;

public sealed class Driving_runs(SharedServer server) : IClassFixture<SharedServer>
{
    private const string Definition = """{ "name": "n", "scenarios": [{ "id": "a", "prompt": "p" }], "models": ["openai-compatible:sim-noisy"] }""";

    private ServerHost Host => server.Host;

    [Fact]
    public async Task A_run_that_was_started_over_http_completes_and_can_be_read()
    {
        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 5, samples: 4, models: ["sim-noisy", "sim-better"]));
        var run = await Host.UntilAsync(runId, "completed");

        Assert.Equal((40, 40, 0), (Long(run, "progress", "total"), Long(run, "progress", "completed"), Long(run, "progress", "failed")));
        Assert.Equal((40, 0), (Long(run, "calls", "sent"), Long(run, "calls", "repeated")));
        Assert.Equal("multi_sample", run.GetProperty("kind").GetString());
        var analysis = (await Host.GetAsync($"/api/runs/{runId}/analysis")).Json;
        Assert.Equal([20, 20], analysis.GetProperty("perModel").EnumerateArray().Select(model => model.GetProperty("sampleCount").GetInt32()));

        var item = (await Host.GetAsync($"/api/runs/{runId}/items/2")).Json;
        Assert.Equal("s002", item.GetProperty("scenario").GetProperty("id").GetString());
        Assert.Equal(8, item.GetProperty("cells").GetArrayLength());
        foreach (var cell in item.GetProperty("cells").EnumerateArray())
        {
            Assert.Equal(2, cell.GetProperty("itemIndex").GetInt32());
            var turn = cell.GetProperty("transcript").GetProperty("turns")[0];
            Assert.Equal("How acceptable is case 2, from 1 to 5?", turn.GetProperty("probePrompt").GetString());
            Assert.Equal($"Rating: {cell.GetProperty("score").GetDouble()}", turn.GetProperty("targetResponse").GetString());
        }
    }

    [Fact]
    public async Task Cells_page_to_the_end_in_address_order_and_pass_filters()
    {
        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 40, samples: 3, models: ["sim-noisy", "sim-better"]));
        await Host.UntilAsync(runId, "completed");

        var all = await CellsAsync(runId, "pageSize=17");
        var better = await CellsAsync(runId, "pageSize=7&model=openai-compatible:sim-better");
        var second = await CellsAsync(runId, "sampleIndex=1");
        var one = await CellsAsync(runId, "itemIndex=33&pageSize=2");
        var single = await CellsAsync(runId, "itemIndex=39&sampleIndex=2&model=openai-compatible:sim-noisy");

        Assert.Equal(240, all.Count);
        Assert.Equal(
            from item in Enumerable.Range(0, 40)
            from model in new[] { "openai-compatible:sim-noisy", "openai-compatible:sim-better" }
            from sample in Enumerable.Range(0, 3)
            select (item, (string?)model, sample),
            all.Select(Address));
        Assert.Equal(all.Where(cell => cell.GetProperty("model").GetString() == "openai-compatible:sim-better").Select(Address), better.Select(Address));
        Assert.Equal(all.Where(cell => cell.GetProperty("sampleIndex").GetInt32() == 1).Select(Address), second.Select(Address));
        Assert.Equal(all.Where(cell => cell.GetProperty("itemIndex").GetInt32() == 33).Select(Address), one.Select(Address));
        Assert.Equal((39, "openai-compatible:sim-noisy", 2), Address(Assert.Single(single)));
        Assert.All(all, cell =>
        {
            Assert.Equal("scored", cell.GetProperty("outcome").GetString());
            Assert.Equal((1, 0), (cell.GetProperty("calls").GetInt32(), cell.GetProperty("repeatedCalls").GetInt32()));
            Assert.Equal(JsonValueKind.Null, cell.GetProperty("transcript").ValueKind);
        });
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_page_by_page()
    {
        var started = new List<string>();
        for (var index = 0; index < 3; index++)
        {
            started.Add(await Host.StartRunAsync(Yaml.Of(scenarios: 1, samples: 1)));
            await Host.UntilAsync(started[^1], "completed");
        }

        var listed = new List<string>();
        string? token = null;
        do
        {
            var page = (await Host.GetAsync($"/api/runs?pageSize=2{Continued(token)}")).Json;
            listed.AddRange(page.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("runId").GetString()!));
            token = page.GetProperty("continuationToken").GetString();
        }
        while (token is not null);

        Assert.Equal(Enumerable.Reverse(started), listed.Where(started.Contains));
        Assert.Equal(listed.Count, listed.Distinct().Count());
    }

    [Fact]
    public async Task A_definition_may_come_with_the_request_and_be_overridden()
    {
        var answer = await Host.PostAsync(
            "/api/runs", $$"""{ "definition": {{Definition}}, "models": ["openai-compatible:a", "openai-compatible:b"], "samplesPerScenario": 2, "sampleSeed": 5 }""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var runId = answer.Json.GetProperty("runId").GetString()!;
        Assert.EndsWith($"/api/runs/{runId}", answer.Location, StringComparison.Ordinal);
        var run = await Host.UntilAsync(runId, "completed");
        Assert.Equal(4, Long(run, "progress", "total"));
        Assert.Equal(5, run.GetProperty("sampleSeed").GetInt64());
        Assert.Equal(["openai-compatible:a", "openai-compatible:b"], run.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("model").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await Host.GetAsync($"/api/definitions/{run.GetProperty("definitionId").GetString()}")).Status);
    }

    [Fact]
    public async Task An_estimate_counts_without_starting_anything()
    {
        var runs = (await Host.GetAsync("/api/runs?pageSize=1000")).Json.GetProperty("runs").GetArrayLength();

        var definition = """
            { "name": "e", "preamble": "12345678", "config": { "maxTokens": 10 }, "models": ["openai-compatible:a", "openai-compatible:b"], "samplesPerScenario": 3,
              "scenarios": [{ "id": "a", "prompt": "12345678" }, { "id": "b", "prompt": "12345678", "followups": [{ "prompt": "1234" }] }] }
            """;
        var estimate = (await Host.PostAsync("/api/runs/estimate", $$"""{ "definition": {{definition}} }""")).Json;

        Assert.Equal((2, 2, 2, 3), (Long(estimate, "scenarios"), Long(estimate, "scenariosInDefinition"), Long(estimate, "variants"), Long(estimate, "samplesPerScenario")));
        Assert.Equal((12, 18), (Long(estimate, "cells"), Long(estimate, "calls")));
        var model = estimate.GetProperty("perModel")[1];
        Assert.Equal(("openai-compatible:b", 6, 9, 90), (model.GetProperty("model").GetString(), Long(model, "cells"), Long(model, "calls"), Long(model, "maxOutputTokens")));

        // Eight digits are 3 tokens and 4 for the message: 14 with the preamble; then 14 and, with the follow-up, 20; three samples of each.
        Assert.Equal(144, Long(model, "inputTokens"));
        Assert.Equal((90, 0), (Long(model, "outputTokens"), Long(model, "basedOnCells")));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, estimate.GetProperty("costUsd").ValueKind);
        Assert.Equal(runs, (await Host.GetAsync("/api/runs?pageSize=1000")).Json.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task An_estimate_of_what_was_run_before_takes_what_that_used()
    {
        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 4, samples: 5, models: ["sim-noisy"], more: "config: { maxTokens: 77 }\n"));
        var run = await Host.UntilAsync(runId, "completed");
        var cells = await CellsAsync(runId, "pageSize=100");

        var estimate = (await Host.PostAsync(
            "/api/runs/estimate", $$"""{ "definitionId": "{{run.GetProperty("definitionId").GetString()}}", "samplesPerScenario": 10 }""")).Json;

        var model = Assert.Single(estimate.GetProperty("perModel").EnumerateArray());
        Assert.Equal((40, 20), (Long(model, "cells"), Long(model, "basedOnCells")));
        Assert.Equal(2 * cells.Sum(cell => Long(cell, "inputTokens")), Long(model, "inputTokens"));
        Assert.Equal(2 * cells.Sum(cell => Long(cell, "outputTokens")), Long(model, "outputTokens"));
        Assert.True(Long(model, "outputTokens") < Long(model, "maxOutputTokens"));
    }

    [Fact]
    public async Task A_run_of_variants_can_be_rescored_and_extended()
    {
        var runId = await Host.StartRunAsync(Yaml.Of(scenarios: 1, samples: 1).Replace(
            "models: [\"openai-compatible:sim-noisy\"]",
            "variants: [{ name: a, model: 'openai-compatible:sim-noisy' }, { name: b, model: 'openai-compatible:sim-noisy', temperature: 0 }]",
            StringComparison.Ordinal));
        await Host.UntilAsync(runId, "completed");

        var rescored = await Host.PostAsync($"/api/runs/{runId}/rescore", """{ "scorers": [{ "type": "regex", "pattern": "[45]" }] }""");
        var extended = await Host.PostAsync(
            $"/api/runs/{runId}/extend", """{ "addModels": ["openai-compatible:sim-steady"], "addVariants": [{ "name": "c", "model": "openai-compatible:sim-noisy", "preamble": "Short." }] }""");

        Assert.True(rescored.Status == HttpStatusCode.OK, rescored.Text);
        Assert.True(extended.Status == HttpStatusCode.Accepted, extended.Text);
        Assert.Equal(4, Long(await Host.UntilAsync(runId, "completed"), "progress", "completed"));
    }

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

    private static string Continued(string? token) => token is null ? "" : $"&continuationToken={Uri.EscapeDataString(token)}";

    private static long Long(JsonElement element, params string[] path) =>
        path.Aggregate(element, (current, name) => current.GetProperty(name)).GetInt64();

    private static (int Item, string? Model, int Sample) Address(JsonElement cell) =>
        (cell.GetProperty("itemIndex").GetInt32(), cell.GetProperty("model").GetString(), cell.GetProperty("sampleIndex").GetInt32());

    private async Task<List<JsonElement>> CellsAsync(string runId, string query)
    {
        var cells = new List<JsonElement>();
        string? token = null;
        do
        {
            var page = (await Host.GetAsync($"/api/runs/{runId}/cells?{query}{Continued(token)}")).Json;
            cells.AddRange(page.GetProperty("cells").EnumerateArray());
            token = page.GetProperty("continuationToken").GetString();
        }
        while (token is not null);
        return cells;
    }

    private async Task<List<string?>> RunIdsAsync() =>
        [.. (await Host.GetAsync("/api/runs?pageSize=1000")).Json.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("runId").GetString())];
}

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
        Assert.True(rescored.Status == HttpStatusCode.Accepted, rescored.Text);
        await Host.UntilAsync(runId, "completed");
        var extended = await Host.PostAsync(
            $"/api/runs/{runId}/extend", """{ "addModels": ["openai-compatible:sim-steady"], "addVariants": [{ "name": "c", "model": "openai-compatible:sim-noisy", "preamble": "Short." }] }""");

        Assert.True(extended.Status == HttpStatusCode.Accepted, extended.Text);
        Assert.Equal(4, Long(await Host.UntilAsync(runId, "completed"), "progress", "completed"));
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
}

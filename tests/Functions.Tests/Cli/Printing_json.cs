using System.Text.Json;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>The one object that scripts read. Names, kinds and exit codes are a contract.</summary>
public sealed class Printing_json
{
    private static readonly string[] ModelFields =
    [
        "variant", "model", "sampleCount", "scenarioCount", "mean", "stdDev", "variance", "min", "max", "range", "confidenceInterval",
        "withinScenarioVariance", "consistency", "consistencyLabel", "invalid", "failed", "distribution", "varianceBudget", "nextDollar", "allocation",
        "method", "assumption", "consistencyInterval", "reliability", "passes",
    ];

    private static readonly string[] ScenarioFields =
        ["scenarioId", "scenarioName", "variant", "model", "sampleCount", "mean", "variance", "stdDev", "min", "max", "range", "confidenceInterval", "itemIndex"];

    [Fact]
    public async Task Every_field_of_the_contract_is_there_with_its_kind()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 4, samples: 3, models: ["sim-noisy", "sim-better"]));

        Assert.Equal(0, result.ExitCode);
        var json = result.Json;
        Fields(json, "runId", "status", "progress", "calls", "elapsedSeconds", "analysis", "reason", "analysisError", "cost", "stopReason", "stoppedEarly", "baseUrl");
        Assert.Matches("^r[0-9a-hjkmnp-tv-z]{15}$", json.GetProperty("runId").GetString());
        Assert.Equal("completed", json.GetProperty("status").GetString());
        Assert.InRange(json.GetProperty("elapsedSeconds").GetDouble(), 0, 60);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("analysisError").ValueKind);

        var progress = json.GetProperty("progress");
        Fields(progress, "total", "completed", "failed", "perModel", "reused");
        Assert.Equal((24, 24, 0), (Long(progress, "total"), Long(progress, "completed"), Long(progress, "failed")));
        var calls = json.GetProperty("calls");
        Fields(calls, "sent", "repeated", "judges");
        Assert.Equal((24, 0), (Long(calls, "sent"), Long(calls, "repeated")));

        var analysis = json.GetProperty("analysis");
        Fields(
            analysis, "runId", "scorer", "computedAt", "perModel", "perScenario", "mostVariableScenarios", "mostStableScenarios", "otherScorers", "warnings",
            "comparisons", "failures", "variabilityPValue", "passRate", "slices", "latencies", "labels", "judges");
        foreach (var model in analysis.GetProperty("perModel").EnumerateArray())
        {
            Fields(model, ModelFields);
            Assert.StartsWith("openai-compatible:sim-", model.GetProperty("model").GetString(), StringComparison.Ordinal);
            Numbers(model, "sampleCount", "scenarioCount", "mean", "stdDev", "variance", "min", "max", "range", "consistency", "withinScenarioVariance");
            Fields(model.GetProperty("confidenceInterval"), "lower", "upper", "level");
            Assert.Equal(0.95, model.GetProperty("confidenceInterval").GetProperty("level").GetDouble());
        }

        Assert.Equal(8, analysis.GetProperty("perScenario").GetArrayLength());
        foreach (var scenario in analysis.GetProperty("perScenario").EnumerateArray())
        {
            Fields(scenario, ScenarioFields);
            Numbers(scenario, "sampleCount", "mean", "variance");
        }

        var comparison = Assert.Single(analysis.GetProperty("comparisons").EnumerateArray());
        Fields(
            comparison, "metric", "variant", "control", "verdict", "effect", "interval", "pValue", "adjustedPValue", "equivalencePValue", "margin", "method",
            "items", "clusters", "bounds", "retryShift", "reason", "summary", "assumption", "warnings", "onTheseScenarios", "standardizedEffect", "cliffsDelta",
            "summaryOnTheseScenarios");
        var warning = Assert.Single(analysis.GetProperty("warnings").EnumerateArray());
        Fields(warning, "code", "message", "recommendation");
        Assert.Equal("SMALL_SAMPLE", warning.GetProperty("code").GetString());
    }

    [Fact]
    public async Task One_sample_a_scenario_has_no_variance_and_says_so()
    {
        await using var bench = await Workbench.CreateAsync();

        var analysis = (await bench.RunAsync(Yaml.Of(scenarios: 12, samples: 1))).Json.GetProperty("analysis");

        var model = Assert.Single(analysis.GetProperty("perModel").EnumerateArray());
        Numbers(model, "mean", "stdDev", "variance");
        Nulls(model, "consistency", "consistencyLabel", "withinScenarioVariance");
        Assert.All(analysis.GetProperty("perScenario").EnumerateArray(), scenario =>
        {
            Numbers(scenario, "mean");
            Nulls(scenario, "variance", "stdDev", "confidenceInterval");
        });
        Assert.Equal(["MODERATE_SAMPLE", "SINGLE_SAMPLE"], Codes(analysis));
    }

    [Fact]
    public async Task Cells_that_pass_are_counted_by_the_rule_of_the_definition()
    {
        await using var bench = await Workbench.CreateAsync();
        var scorers = $"{{ type: regex, name: rated, pattern: 'Rating' }}, {Yaml.Ratings.Replace("type: number", "type: number, pass: '>= 3'", StringComparison.Ordinal)}";

        var both = (await bench.RunAsync(Yaml.Of(12, 4, scorers: scorers))).Json.GetProperty("analysis");
        var share = (await bench.ReadAsync()).Cells.Average(cell => cell.Scores[1].Value >= 3 ? 1.0 : 0);
        var half = (await bench.RunAsync(Yaml.Of(12, 4, scorers: scorers, more: "pass: '>= 0.5'\n"))).Json.GetProperty("analysis").GetProperty("passRate");
        var again = (await bench.CommandAsync(["analyze", "--data", bench.Data, "--json"])).Json.GetProperty("analysis").GetProperty("passRate");
        var table = await bench.CommandAsync(["analyze", "--data", bench.Data]);

        var model = Assert.Single(both.GetProperty("passRate").GetProperty("perModel").EnumerateArray());
        Assert.Equal(share, model.GetProperty("mean").GetDouble(), 12);
        Assert.Equal([2, 3, 4], model.GetProperty("passes").EnumerateArray().Select(row => row.GetProperty("k").GetInt32()));
        Assert.Equal(1, Assert.Single(half.GetProperty("perModel").EnumerateArray()).GetProperty("mean").GetDouble());
        Assert.Equal(12, half.GetProperty("perScenario").GetArrayLength());
        Assert.Equal(half.GetRawText(), again.GetRawText());
        Assert.Matches(@"(?s)Cells that pass.*sim-noisy +100\.0% ", table.Output);
    }

    [Fact]
    public async Task Further_scorers_have_their_own_numbers()
    {
        await using var bench = await Workbench.CreateAsync();

        var scorers = $"{Yaml.Ratings}, {{ type: contains, value: Rating }}, {{ type: contains, name: sorry, value: sorry }}";
        var analysis = (await bench.RunAsync(Yaml.Of(scorers: scorers))).Json.GetProperty("analysis");

        Assert.Equal("number", analysis.GetProperty("scorer").GetString());
        var others = analysis.GetProperty("otherScorers").EnumerateArray().ToList();
        Assert.Equal(["contains", "sorry"], others.Select(other => other.GetProperty("scorer").GetString()));
        Assert.Equal([1.0, 0.0], others.Select(other => other.GetProperty("perModel")[0].GetProperty("mean").GetDouble()));
    }

    [Fact]
    public async Task Without_a_scorer_there_are_transcripts_and_a_warning()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scorers: ""));

        Assert.Equal(0, result.ExitCode);
        var analysis = result.Json.GetProperty("analysis");
        Nulls(analysis, "scorer");
        Nulls(Assert.Single(analysis.GetProperty("perModel").EnumerateArray()), "mean", "stdDev", "confidenceInterval", "consistency");
        Assert.Empty(analysis.GetProperty("perScenario").EnumerateArray());
        Assert.Equal(["NO_SCORER", "SMALL_SAMPLE"], Codes(analysis));
        var stored = await bench.ReadAsync();
        stored.AssertWhole();
        Assert.All(stored.Transcripts.Values, transcript => Assert.StartsWith("Rating: ", transcript.Turns[0].TargetResponse, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Invalid_answers_are_completed_counted_and_left_out_of_the_means()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 10, samples: 4, models: ["sim-malformed-0.5"]));

        Assert.Equal(0, result.ExitCode);
        var cells = (await bench.ReadAsync()).Cells;
        var invalid = cells.Count(cell => cell.Outcome == CellOutcome.Invalid);
        Assert.InRange(invalid, 5, 35);
        var progress = result.Json.GetProperty("progress");
        Assert.Equal((40, 0), (Long(progress, "completed"), Long(progress, "failed")));
        Assert.Equal(invalid, Long(progress.GetProperty("perModel")[0], "invalid"));
        var model = result.Json.GetProperty("analysis").GetProperty("perModel")[0];
        Assert.Equal((40 - invalid, invalid, 0), (Long(model, "sampleCount"), Long(model, "invalid"), Long(model, "failed")));
        Assert.Contains("INVALID_ANSWERS", Codes(result.Json.GetProperty("analysis")));
    }

    [Fact]
    public async Task Failed_cells_end_with_2_and_never_count_against_the_model()
    {
        await using var bench = await Workbench.CreateAsync();

        // The simulator knows no such model and answers 404.
        var result = await bench.RunAsync(Yaml.Of(models: ["sim-noisy", "sim-better-7"]));

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("completed", result.Json.GetProperty("status").GetString());
        var progress = result.Json.GetProperty("progress");
        Assert.Equal((12, 6, 6), (Long(progress, "total"), Long(progress, "completed"), Long(progress, "failed")));
        var models = result.Json.GetProperty("analysis").GetProperty("perModel");
        Assert.Equal((6, 0), (Long(models[0], "sampleCount"), Long(models[0], "failed")));
        Assert.Equal((0, 0, 6), (Long(models[1], "sampleCount"), Long(models[1], "invalid"), Long(models[1], "failed")));
        Nulls(models[1], "mean", "min", "max");
        Assert.Contains("PARTIAL_SAMPLES", Codes(result.Json.GetProperty("analysis")));
        Assert.Contains("NOT_FOUND", (await bench.ReadAsync()).Cells.Select(cell => cell.Error?.Code));
    }

    private static void Fields(JsonElement element, params string[] names) =>
        Assert.Equal(names.Order(StringComparer.Ordinal), element.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));

    private static void Numbers(JsonElement element, params string[] names) =>
        Assert.All(names, name => Assert.Equal((name, JsonValueKind.Number), (name, element.GetProperty(name).ValueKind)));

    private static void Nulls(JsonElement element, params string[] names) =>
        Assert.All(names, name => Assert.Equal((name, JsonValueKind.Null), (name, element.GetProperty(name).ValueKind)));

    private static long Long(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static IEnumerable<string?> Codes(JsonElement analysis) =>
        analysis.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetProperty("code").GetString());
}

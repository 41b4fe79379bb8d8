using System.Net;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Extending_and_rescoring
{
    private const string High = """{ type: regex, name: high, pattern: '[45]' }""";

    [Fact]
    public async Task Samples_and_models_are_added_behind_what_is_there_and_only_they_are_called()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = await bench.RunAsync(Yaml.Of(scenarios: 40, samples: 2, models: ["sim-noisy"]));
        var runId = first.Json.GetProperty("runId").GetString()!;
        var before = await bench.ReadAsync(runId);

        var extended = await ExtendAsync(bench, runId, "--samples", "3", "--add-model", "openai-compatible:sim-better-1");

        Assert.True(extended.ExitCode == 0, extended.Error);
        Assert.Equal(runId, extended.Json.GetProperty("runId").GetString());
        Assert.Equal(240, extended.Json.GetProperty("progress").GetProperty("completed").GetInt64());
        Assert.Equal("better", Comparing_variants.Text(Assert.Single(Comparing_variants.Comparisons(extended.Json)), "verdict"));
        Assert.Equal(240, bench.Simulator.Stats().Calls);
        Assert.Equal(1, bench.Simulator.Stats().AnswersPerKey.Keys.Max());
        var after = await bench.ReadAsync(runId);
        after.AssertWhole();
        Assert.All(before.Cells, cell => Assert.Equal(JsonSerializer.Serialize(cell), JsonSerializer.Serialize(after.Cells.Single(other => other.Address == cell.Address))));
    }

    [Fact]
    public async Task Scenarios_are_added_behind_those_that_are_there_more_than_once()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = await bench.RunAsync(Yaml.Of(scenarios: 60, samples: 1), "--percentage", "20");
        var runId = first.Json.GetProperty("runId").GetString()!;
        var ids = new List<List<string>> { await ItemsAsync(bench, runId) };

        foreach (var percentage in new[] { "50", "100" })
        {
            var extended = await ExtendAsync(bench, runId, "--percentage", percentage);
            Assert.True(extended.ExitCode == 0, extended.Error);
            ids.Add(await ItemsAsync(bench, runId));
        }

        Assert.Equal([12, 30, 60], ids.Select(list => list.Count));
        Assert.Equal(ids[0], ids[1].Take(12));
        Assert.Equal(ids[1], ids[2].Take(30));
        Assert.Equal(60, ids[2].Distinct().Count());
        Assert.Equal(60, bench.Simulator.Stats().Calls);
        (await bench.ReadAsync(runId)).AssertWhole();
    }

    [Theory]
    [InlineData("--samples 2", "--samples must be above the 2 that the run has, but is 2.")]
    [InlineData("--samples 101", "--samples must be between 1 and 100, but is 101.")]
    [InlineData("--percentage 100", "--percentage must be above the 100 that the run has, but is 100.")]
    [InlineData("--add-model openai-compatible:sim-noisy", "'openai-compatible:sim-noisy' is one of it")]
    [InlineData("--add-model nobody:x", "cannot be called")]
    [InlineData("", "there is nothing to add")]
    public async Task What_adds_nothing_or_cannot_be_called_is_refused(string options, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        var runId = (await bench.RunAsync(Yaml.Of())).Json.GetProperty("runId").GetString()!;

        var result = await ExtendAsync(bench, runId, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Completed, (await bench.ReadAsync(runId)).Run.Status);
    }

    [Fact]
    public async Task A_run_that_stops_early_is_not_extended()
    {
        await using var bench = await Workbench.CreateAsync();
        var run = await bench.RunAsync(Yaml.Of(models: ["one", "two"], more: "stopping: { lookEvery: 2 }\n"));

        var result = await ExtendAsync(bench, run.Json.GetProperty("runId").GetString()!, "--samples", "5");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Start a new run", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_scorers_score_the_stored_answers_without_a_call_and_the_old_ones_bring_the_old_scores_back()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = await bench.RunAsync(Yaml.Of(scenarios: 40, samples: 3, models: ["sim-noisy", "sim-malformed-0.3"]));
        var runId = first.Json.GetProperty("runId").GetString()!;
        var before = await bench.ReadAsync(runId);

        var rescored = await RescoreAsync(bench, runId, Yaml.Of(scorers: High));
        var high = await bench.ReadAsync(runId);
        await RescoreAsync(bench, runId, Yaml.Of());
        var back = await bench.ReadAsync(runId);

        Assert.True(rescored.ExitCode == 0, rescored.Error);
        Assert.Equal(240, bench.Simulator.Stats().Calls);
        Assert.Equal("high", rescored.Json.GetProperty("analysis").GetProperty("scorer").GetString());
        high.AssertWhole();
        Assert.All(high.Cells, cell => Assert.Equal(
            high.Transcripts[cell.Address].Turns[0].TargetResponse.AsSpan().ContainsAny('4', '5') ? 1 : 0, cell.Score));
        Assert.True(before.Counts.Invalid > 0);
        Assert.Equal(0, high.Counts.Invalid);
        back.AssertWhole();
        Assert.Equal(before.CountsPerModel, back.CountsPerModel);
        Assert.Equal(before.Cells.Select(cell => cell.Score), back.Cells.Select(cell => cell.Score));
    }

    [Fact]
    public async Task A_scorer_that_cannot_judge_the_run_is_refused()
    {
        await using var bench = await Workbench.CreateAsync();
        var runId = (await bench.RunAsync(Yaml.Of(models: ["one", "two"], more: "compare: { metrics: [number] }\n"))).Json.GetProperty("runId").GetString()!;

        var wanted = await RescoreAsync(bench, runId, Yaml.Of(scorers: "{ type: exact }", scenarioFields: _ => "expected: yes"));
        var none = await RescoreAsync(bench, runId, Yaml.Of(scorers: ""));
        var metric = await RescoreAsync(bench, runId, Yaml.Of(scorers: High));

        Assert.Equal((1, 1, 1), (wanted.ExitCode, metric.ExitCode, none.ExitCode));
        Assert.Contains("stay as they were when the run started", wanted.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("scenarios[1]", wanted.Error, StringComparison.Ordinal);
        Assert.Contains("scorers must name one scorer at least, but is empty.", none.Error, StringComparison.Ordinal);
        Assert.NotNull((await bench.ReadAsync(runId)).Cells[0].Score);
        Assert.Contains("scorers must keep 'number'", metric.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_file_says_beside_its_scorers_is_not_ignored_in_silence()
    {
        await using var bench = await Workbench.CreateAsync();
        const string compare = "compare: { margin: 0.5 }\n";
        var runId = (await bench.RunAsync(Yaml.Of(models: ["one", "two"], more: compare))).Json.GetProperty("runId").GetString()!;

        var same = await RescoreAsync(bench, runId, Yaml.Of(models: ["one", "two"], more: compare));
        var other = await RescoreAsync(bench, runId, Yaml.Of(models: ["one", "two"], scorers: High, more: "compare: { margin: 0.1 }\n"));

        Assert.Equal((0, 0), (same.ExitCode, other.ExitCode));
        Assert.Equal("", same.Error);
        Assert.Contains("the file's compare is not used", other.Error, StringComparison.Ordinal);
        Assert.Contains("margin 0.5 was declared for 'number', from 1 to 5; 'high' scores from 0 to 1", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_are_done_over_http_and_then_the_run_can_be_extended_again()
    {
        await using var host = await ServerHost.StartAsync();
        var runId = await host.StartRunAsync(Yaml.Of(scenarios: 5, samples: 1));
        await host.UntilAsync(runId, "completed");

        foreach (var samples in new[] { 2, 4 })
        {
            var extended = await host.PostAsync($"/api/runs/{runId}/extend", $$"""{"samplesPerScenario":{{samples}}}""");
            Assert.True(extended.Status == HttpStatusCode.Accepted, extended.Text);
            var run = await host.UntilAsync(runId, "completed");
            Assert.Equal(5 * samples, run.GetProperty("progress").GetProperty("completed").GetInt64());
        }

        var rescored = await host.PostAsync($"/api/runs/{runId}/rescore", """{"scorers":[{"type":"regex","name":"high","pattern":"[45]"}]}""");
        await host.UntilAsync(runId, "completed");
        var bad = await host.PostAsync($"/api/runs/{runId}/rescore", """{"scorers":[{"type":"magic"}]}""");
        foreach (var body in new[] { """{"scorers":[]}""", "{}", """{"scorers":null}""" })
        {
            var empty = await host.PostAsync($"/api/runs/{runId}/rescore", body);
            Assert.True(empty.Status == HttpStatusCode.BadRequest && empty.Text.Contains("scorers", StringComparison.Ordinal), body + empty.Text);
        }

        var nothing = await host.PostAsync($"/api/runs/{runId}/extend", "{}");
        var unknown = await host.PostAsync("/api/runs/r000000000000000/extend", """{"samplesPerScenario":3}""");

        Assert.Equal(HttpStatusCode.Accepted, rescored.Status);
        Assert.Equal("high", (await host.GetAsync($"/api/runs/{runId}/analysis")).Json.GetProperty("scorer").GetString());
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (bad.Status, nothing.Status, unknown.Status));
        Assert.Equal(20, host.Bench.Simulator.Stats().Calls);
    }

    private static Task<CommandResult> ExtendAsync(Workbench bench, string runId, params string[] options) =>
        bench.CommandAsync(["extend", runId, "--base-url", bench.BaseUrl, "--data", bench.Data, "--json", .. options]);

    private static Task<CommandResult> RescoreAsync(Workbench bench, string runId, string definition) =>
        bench.CommandAsync(["rescore", runId, bench.Write("scorers.yaml", definition), "--data", bench.Data, "--json"]);

    private static async Task<List<string>> ItemsAsync(Workbench bench, string runId) => [.. (await bench.ReadAsync(runId)).Items.Select(item => item.Id)];
}

using System.Net;
using FunctionsEval.Comparisons;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Comparisons;

/// <summary>What changed between runs; one server and three runs for all.</summary>
public sealed class Comparing_runs : IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ServerHost _host = null!;
    private string _baseline = "";
    private string _better = "";
    private string _longer = "";

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        _baseline = await RunAsync(Yaml.Of(16, 5, ["sim-noisy"]));
        _better = await RunAsync(Yaml.Of(16, 5, ["sim-better-1"]));
        _longer = await RunAsync(Yaml.Of(19, 1, ["sim-noisy"]));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_run_is_compared_with_its_baseline_scenario_by_scenario()
    {
        var answer = await _host.GetAsync($"/api/compare?runs={_baseline},{_better}");

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        var difference = answer.Json.GetProperty("differences")[0];
        var changes = difference.GetProperty("scenarios").EnumerateArray().Select(change => change.GetProperty("difference").GetDouble()).ToList();
        Assert.Equal("better", difference.GetProperty("verdict").GetString());
        Assert.Equal(changes.Average(), difference.GetProperty("effect").GetDouble(), 1e-9);
        Assert.Equal(changes.OrderByDescending(Math.Abs), changes);
        Assert.Equal(
            (changes.Count(change => change > 0), changes.Count(change => change < 0), changes.Count(change => change == 0)),
            (difference.GetProperty("improved").GetInt32(), difference.GetProperty("worse").GetInt32(), difference.GetProperty("unchanged").GetInt32()));
        Assert.Contains("is better than", difference.GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_verdict_is_the_one_that_a_run_of_both_variants_would_have()
    {
        await using var program = _host.Bench.Open();
        var together = await StoreAsync(program, "r00000000000000a", [0, 1]);
        var first = await StoreAsync(program, "r00000000000000b", [0]);
        var second = await StoreAsync(program, "r00000000000000c", [1]);

        var within = Assert.Single((await program.AnalyzeRun.ComputeAsync(together.RunId, Cancel)).Comparisons!);
        var between = Assert.Single((await program.Get<CompareRuns>().CompareAsync([first, second], Cancel)).Differences);

        Assert.Equal((within.Verdict, within.Effect, within.Interval, within.PValue, within.Method), (between.Verdict, between.Effect, between.Interval, between.PValue, between.Method));
        Assert.Equal("better", between.Verdict);
    }

    [Fact]
    public async Task A_margin_is_of_the_metric_that_it_was_declared_for()
    {
        const string scorers = Yaml.Ratings + ", { type: number, name: half, pattern: 'Rating:\\s*(\\d)', min: 1, max: 5 }, { type: length, name: words }";
        var baseline = await RunAsync(Yaml.Of(4, 2, ["sim-noisy"], scorers));
        var one = await RunAsync(Yaml.Of(4, 2, ["sim-noisy"], scorers, "compare: { margin: 0.5 }"));
        var named = await RunAsync(Yaml.Of(4, 2, ["sim-noisy"], scorers, "compare: { margin: 0.5, metrics: [words], margins: { half: 0.2 } }"));

        Assert.Equal([("number", 0.5), ("half", 0.5), ("words", null)], await MarginsAsync(one));
        Assert.Equal([("number", null), ("half", 0.2), ("words", 0.5)], await MarginsAsync(named));

        async Task<IEnumerable<(string?, double?)>> MarginsAsync(string run) => (await _host.GetAsync($"/api/compare?runs={baseline},{run}")).Json
            .GetProperty("differences").EnumerateArray().Select(difference => (
                difference.GetProperty("metric").GetString(),
                difference.TryGetProperty("margin", out var margin) && margin.ValueKind == System.Text.Json.JsonValueKind.Number ? margin.GetDouble() : (double?)null));
    }

    [Fact]
    public async Task Several_runs_share_one_correction_and_what_they_do_not_share_is_told()
    {
        var json = (await _host.GetAsync($"/api/compare?runs={_baseline},{_better},{_longer}")).Json;

        var differences = json.GetProperty("differences").EnumerateArray().ToList();
        Assert.Equal([_better, _longer], differences.Select(difference => difference.GetProperty("runId").GetString()));
        Assert.True(differences[0].GetProperty("adjustedPValue").GetDouble() >= 2 * differences[0].GetProperty("pValue").GetDouble() - 1e-12);
        Assert.Contains(json.GetProperty("notes").EnumerateArray(), note => note.GetString()!.Contains("3 scenarios are new", StringComparison.Ordinal));
        Assert.Equal(3, json.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("shortId").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task What_cannot_be_compared_is_refused_with_the_reason()
    {
        (await _host.GetAsync("/api/compare")).AssertProblem(HttpStatusCode.BadRequest, "two to 8 runs are compared, but 0 are given", "runs");
        (await _host.GetAsync($"/api/compare?runs={_better},{_better}")).AssertProblem(HttpStatusCode.BadRequest, "is given twice", "runs");
        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync($"/api/compare?runs={_better},nothing")).Status);
    }

    [Fact]
    public async Task People_read_sentences_first()
    {
        var result = await _host.Bench.CommandAsync(["compare", _baseline, _better, "--data", _host.Bench.Data], TestContext.Current.CancellationToken);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Matches(@"^openai-compatible:sim-better-1 of r\w+ is better than openai-compatible:sim-noisy of r\w+ by ", result.Output);
        foreach (var part in new[] { "scenarios improved", "Means by number", "Largest changes by number" })
        {
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Runs_are_filtered_tagged_and_deleted_over_http()
    {
        var run = await RunAsync(Yaml.Of(1, 1));
        var tagged = await _host.SendAsync("PUT", $"/api/runs/{run}/tags", """{"tags":["z","a","z"]}"""u8.ToArray(), "application/json");
        var found = await _host.GetAsync("/api/runs?tag=a&status=completed&kind=multi_sample&name=rat");
        var refused = await _host.SendAsync("PUT", $"/api/runs/{run}/tags", """{"tags":["two words"]}"""u8.ToArray(), "application/json");
        var deleted = await _host.SendAsync("DELETE", $"/api/runs/{run}", null, null);

        Assert.Equal(["a", "z"], tagged.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(1, Assert.Single(found.Json.GetProperty("runs").EnumerateArray()).GetProperty("progress").GetProperty("completed").GetInt32());
        refused.AssertProblem(HttpStatusCode.BadRequest, "one is 'two words'", "tags");
        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync($"/api/runs/{run}")).Status);
        (await _host.GetAsync("/api/runs?status=done")).AssertProblem(HttpStatusCode.BadRequest, "status must be one of pending, running", "status");
    }

    /// <summary>A run of some of two variants, whose scores are the same in every run.</summary>
    private static async Task<RunRecord> StoreAsync(LocalProgram program, string runId, int[] variants)
    {
        var run = RunCells.Run(runId, items: 12, models: variants.Length, samples: 2) with
        {
            Status = RunStatus.Completed,
            Variants = [.. variants.Select(variant => Variant.Of($"openai:m{variant}"))],
        };
        await program.Runs.AddAsync(run, Cancel);
        await program.Runs.AddItemsAsync(runId, RunCells.Items(Enumerable.Range(0, run.Items).Select(item => new Scenario($"s{item}", "", "Why?"))), Cancel);
        foreach (var address in RunCells.Addresses(run))
        {
            var score = 1 + (address.Item % 3) + variants[address.Variant] + ((address.Item + address.Sample) % 2 * variants[address.Variant]);
            await program.Cells.StoreAsync(runId, RunCells.Scored(address, score: score), RunCells.Said("3"), RunCells.Calls(1));
        }

        return run;
    }

    private async Task<string> RunAsync(string yaml)
    {
        var run = await _host.StartRunAsync(yaml);
        await _host.UntilAsync(run, "completed");
        return run;
    }
}

using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Plans;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Stopping_early
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_whose_effect_is_plain_stops_between_waves_and_says_what_it_saved()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(
            scenarios: 300, samples: 2, models: ["sim-noisy", "sim-better-1"], more: "stopping: { lookEvery: 25 }\n"));

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("completed", result.Json.GetProperty("status").GetString());
        var stopped = result.Json.GetProperty("stoppedEarly");
        Assert.StartsWith("decided: Every comparison by 'number' has a verdict after ", stopped.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var saved = stopped.GetProperty("callsSaved").GetInt64();
        Assert.Equal(1200, bench.Simulator.Stats().Calls + saved);
        Assert.InRange(saved, 600, 1000);
        var comparison = Assert.Single(Comparing_variants.Comparisons(result.Json));
        Assert.Equal("better", Comparing_variants.Text(comparison, "verdict"));
        Assert.Contains("planned looks", Comparing_variants.Text(comparison, "method"), StringComparison.Ordinal);
        Assert.DoesNotContain("PARTIAL_SAMPLES", result.Output, StringComparison.Ordinal);
        var stored = await bench.ReadAsync();
        Assert.All(stored.Cells.GroupBy(cell => cell.Address.Item), item => Assert.Equal(4, item.Count()));
        Assert.Equal(0, stored.Cells.Count % 100);
        stored.AssertCounted();
    }

    [Theory]
    [InlineData("obrien_fleming")]
    [InlineData("anytime")]
    public async Task Tags_of_a_run_that_stopped_have_p_values_by_looks_of_their_own(string type)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(
            300, 2, ["sim-noisy", "sim-better-1"], more: $"stopping: {{ lookEvery: 100, type: {type} }}\n", scenarioFields: index => index == 0 ? "tags: [lonely]" : index % 10 == 0 ? "tags: [tenth]" : "tags: [rest]"));

        Assert.NotEqual(JsonValueKind.Null, result.Json.GetProperty("stoppedEarly").ValueKind);
        var slices = result.Json.GetProperty("analysis").GetProperty("slices").EnumerateArray().ToDictionary(slice => Comparing_variants.Text(slice, "tag"), slice => Assert.Single(slice.GetProperty("comparisons").EnumerateArray()));
        Assert.Equal(JsonValueKind.Null, slices["lonely"].GetProperty("pValue").ValueKind);
        foreach (var tag in new[] { "tenth", "rest" })
        {
            if (type == "anytime" && tag == "tenth")
            {
                // Intervals that hold at any time begin at 50 scenarios; 29 have the tag.
                Assert.Equal(JsonValueKind.Null, slices[tag].GetProperty("pValue").ValueKind);
                continue;
            }

            var slice = slices[tag];
            Assert.InRange(slice.GetProperty("items").GetInt32(), 2, 300);
            Assert.InRange(slice.GetProperty("adjustedPValue").GetDouble(), slice.GetProperty("pValue").GetDouble(), 1);
            Assert.NotEqual("worse", Comparing_variants.Text(slice, "verdict"));
        }

        Assert.True(slices["rest"].GetProperty("pValue").GetDouble() < 0.5);
    }

    [Fact]
    public async Task A_run_without_a_difference_goes_to_its_end_and_is_judged_by_the_same_rule()
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(scenarios: 70, samples: 1, models: ["sim-steady", "sim-steady-1"], more: "stopping: { lookEvery: 30 }\n"));

        Assert.Equal(System.Text.Json.JsonValueKind.Null, result.Json.GetProperty("stoppedEarly").ValueKind);
        Assert.Equal(140, bench.Simulator.Stats().Calls);
        var comparison = Assert.Single(Comparing_variants.Comparisons(result.Json));
        Assert.Equal("inconclusive", Comparing_variants.Text(comparison, "verdict"));
        Assert.Contains("planned looks", Comparing_variants.Text(comparison, "method"), StringComparison.Ordinal);
        (await bench.ReadAsync()).AssertWhole();
    }

    [Theory]
    [InlineData("pocock", "alpha spent as by Pocock at 4 planned looks")]
    [InlineData("anytime", "asymptotic confidence sequence of item means, valid at every look")]
    public async Task Looks_are_of_the_kind_that_was_asked_for(string type, string method)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.RunAsync(Yaml.Of(
            scenarios: 400, samples: 2, models: ["sim-noisy", "sim-better-1"], more: $"stopping: {{ lookEvery: 100, type: {type} }}\n"));

        var comparison = Assert.Single(Comparing_variants.Comparisons(result.Json));
        Assert.Equal("better", Comparing_variants.Text(comparison, "verdict"));
        Assert.EndsWith(method, Comparing_variants.Text(comparison, "method"), StringComparison.Ordinal);
        Assert.Equal(400, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task Scenarios_in_clusters_can_be_looked_at_by_plan_and_not_at_any_time()
    {
        await using var bench = await Workbench.CreateAsync();
        string Clustered(string type) => Yaml.Of(
            scenarios: 120, samples: 2, models: ["sim-noisy", "sim-better-1"], more: $"stopping: {{ lookEvery: 40, type: {type} }}\n", scenarioFields: index => $"cluster: c{index / 4}");

        var planned = await bench.RunAsync(Clustered("obrien_fleming"));
        var anytime = await bench.RunAsync(Clustered("anytime"));

        var comparison = Assert.Single(Comparing_variants.Comparisons(planned.Json));
        Assert.Equal("better", Comparing_variants.Text(comparison, "verdict"));
        Assert.StartsWith("sign flips by cluster", Comparing_variants.Text(comparison, "method"), StringComparison.Ordinal);
        Assert.InRange(bench.Simulator.Stats().Calls, 160, 320);
        Assert.Equal(1, anytime.ExitCode);
        Assert.Contains("stopping of type anytime needs scenarios that are independent of each other, but scenario \"s000\" has the cluster \"c0\".", anytime.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Futility_and_the_most_calls_stop_a_run_too()
    {
        await using var bench = await Workbench.CreateAsync();
        var models = new[] { "one", "two" };

        // Every run draws its own answers, and by chance two like models may look promising to the end: but hardly six times.
        var futile = "";
        for (var tries = 0; tries < 6 && !futile.StartsWith("futility: After ", StringComparison.Ordinal); tries++)
        {
            var run = await bench.RunAsync(Yaml.Of(scenarios: 400, samples: 1, models: models, more: "stopping: { lookEvery: 50, futility: true }\n"));
            futile = run.Json.GetProperty("stoppedEarly") is { ValueKind: JsonValueKind.Object } early ? early.GetProperty("reason").GetString()! : "";
        }

        var limited = await bench.RunAsync(Yaml.Of(scenarios: 400, samples: 1, models: models, more: "stopping: { lookEvery: 50, maxCalls: 150 }\n"));

        Assert.StartsWith("futility: After ", futile, StringComparison.Ordinal);
        Assert.Equal("max_calls: 200 calls were sent, and stopping.maxCalls is 150.", limited.Json.GetProperty("stoppedEarly").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData(70, 2, 3, 30)]
    [InlineData(10, 7, 20, 1)]
    [InlineData(64, 1, 1, 32)]
    [InlineData(5, 2, 2, 9)]
    public void Waves_are_made_of_whole_items_and_of_every_cell_once(int items, int variants, int samples, int lookEvery)
    {
        var plan = new RunPlan("r", items, variants, samples, 42, lookEvery);

        var blocks = Enumerable.Range(0, (int)plan.Blocks).Select(block => plan.CellsOf(block).ToList()).ToList();

        Assert.Equal(plan.TotalCells, blocks.SelectMany(block => block).Distinct().Count());
        Assert.Equal(plan.TotalCells, blocks.Sum(block => block.Count));
        Assert.All(blocks, block => Assert.InRange(block.Count, 1, RunPlan.CellsPerBlock));
        for (long look = 1; look * plan.BlocksPerLook < plan.Blocks; look++)
        {
            var before = blocks.Take((int)(look * plan.BlocksPerLook)).SelectMany(block => block).GroupBy(cell => cell.Item).ToList();
            Assert.Equal(look * lookEvery, before.Count);
            Assert.All(before, item => Assert.Equal(variants * samples, item.Count()));
        }
    }

    [Fact]
    public void The_order_of_items_is_the_same_for_ever() =>
        Assert.Equal(
            new RunPlan("r", 1_000, 2, 1, 42, 10).CellsOf(0).Select(cell => cell.Item).Distinct().Take(5),
            new RunPlan("r", 1_000, 3, 4, 42, 25).CellsOf(0).Select(cell => cell.Item).Distinct().Take(5));

    [Fact]
    public async Task The_orchestration_stops_where_the_look_says_so()
    {
        var looks = 0;
        await using var run = await ScriptedRun.StartAsync(
            ScriptedRun.Plan(items: 1_000) with { LookEvery = 100 }, look: _ => Interlocked.Increment(ref looks) == 3 ? "decided: enough." : null);

        await run.EndAsync();

        Assert.Equal(300, run.Cells.Count);
        Assert.Equal("decided: enough.", Assert.Single(run.Completed).StopReason);
        Assert.Equal(["prepare", "look", "look", "look", "analyze", "complete"], run.Steps);
    }

    [Fact]
    public async Task Many_looks_continue_as_new()
    {
        await using var run = await ScriptedRun.StartAsync(ScriptedRun.Plan(items: 450) with { LookEvery = 1 });

        await run.EndAsync();

        Assert.Equal(450, run.Cells.Count);
        Assert.Equal(449, run.Steps.Count(step => step == "look"));
    }

    [Fact]
    public async Task A_block_that_fails_for_good_does_not_end_the_run_while_others_still_call()
    {
        using var gate = new ManualResetEventSlim();
        var late = false;
        await using var run = await ScriptedRun.StartAsync(ScriptedRun.Plan(items: 200), cell =>
        {
            if (cell == FirstOf(0))
            {
                throw new IOException("The disk is on fire.");
            }

            if (cell == FirstOf(1))
            {
                gate.Wait(Cancel);
                late = true;
            }

            return "scored";
        });

        await run.UntilTriedAsync(FirstOf(0), 10);
        await run.LetTimePassAsync();
        Assert.Equal(["prepare"], run.Steps);
        gate.Set();
        await run.EndAsync();

        Assert.True(late);
        Assert.Equal((10, 1), (run.Cells[FirstOf(0)], run.Cells[FirstOf(1)]));
        Assert.Contains("The disk is on fire.", Assert.Single(run.Completed).FailureReason, StringComparison.Ordinal);

        static CellInput FirstOf(long block)
        {
            var cell = ScriptedRun.Plan(items: 200).CellsOf(block).First();
            return new CellInput(ScriptedRun.RunId, cell.Item, cell.Variant, cell.Sample);
        }
    }
}

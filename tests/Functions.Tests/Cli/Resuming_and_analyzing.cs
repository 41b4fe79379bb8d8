using System.Text.Json;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Cli;

public sealed class Resuming_and_analyzing
{
    [Fact]
    public async Task The_newest_unfinished_run_is_taken_up_and_others_are_left_alone()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(10)));
        var first = await InterruptedAsync(bench);
        var second = await InterruptedAsync(bench);
        var firstCells = (await bench.ReadAsync(first)).Cells.Count;

        var result = await bench.CommandAsync(["resume", "--data", bench.Data, "--json"]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(second, result.Json.GetProperty("runId").GetString());
        (await bench.ReadAsync(second)).AssertWhole();
        var left = await bench.ReadAsync(first);
        Assert.Equal((RunStatus.Running, firstCells), (left.Run.Status, left.Cells.Count));
    }

    [Fact]
    public async Task A_run_is_resumed_by_its_id_without_calling_finished_cells_again()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(10)));
        var runId = await InterruptedAsync(bench);
        await InterruptedAsync(bench);
        var before = await bench.ReadAsync(runId);
        bench.Simulator.Reset();

        var result = await bench.CommandAsync(["resume", runId, "--data", bench.Data, "--json"]);

        Assert.True(result.ExitCode == 0, result.Error);
        var stored = await bench.ReadAsync(runId);
        stored.AssertWhole();
        Assert.Equal(60 - before.Cells.Count, bench.Simulator.Stats().Calls);
        Assert.Equal(stored.Counts.CallsRepeated, result.Json.GetProperty("calls").GetProperty("repeated").GetInt64());
        Assert.Equal(60 + stored.Counts.CallsRepeated, result.Json.GetProperty("calls").GetProperty("sent").GetInt64());
        var now = stored.Cells.ToDictionary(cell => cell.Address);
        Assert.All(before.Cells, cell => Assert.Equal(cell.CompletedAt, now[cell.Address].CompletedAt));
    }

    [Fact]
    public async Task Another_base_url_goes_before_the_stored_one()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(10)));
        var runId = await InterruptedAsync(bench);
        await using var other = await SimulatorServer.StartAsync(new SimulatorOptions(), TimeProvider.System, CancellationToken.None);
        var before = bench.Simulator.Stats().Calls;

        var result = await bench.CommandAsync(["resume", runId, "--data", bench.Data, "--json", "--base-url", other.BaseUrl.ToString()]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(before, bench.Simulator.Stats().Calls);
        Assert.InRange(other.Stats().Calls, 1, 60);
    }

    [Fact]
    public async Task A_missing_key_is_named_before_anything_is_called()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(10)));
        bench.Environment["OPENAI_API_KEY"] = "sk-test";
        var runId = await InterruptedAsync(bench, "--model", "openai:gpt-4.1-mini");
        var cells = (await bench.ReadAsync(runId)).Cells.Count;
        bench.Environment.Clear();

        var result = await bench.CommandAsync(["resume", "--data", bench.Data]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("models[0] 'openai:gpt-4.1-mini' cannot be called: MISSING_API_KEY: OPENAI_API_KEY is not set", result.Error, StringComparison.Ordinal);
        var stored = await bench.ReadAsync(runId);
        Assert.Equal((RunStatus.Running, cells), (stored.Run.Status, stored.Cells.Count));
    }

    [Fact]
    public async Task A_finished_run_is_printed_and_calls_nothing()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = (await bench.RunAsync(Yaml.Of())).Json;

        var again = await bench.CommandAsync(["resume", first.GetProperty("runId").GetString()!, "--data", bench.Data, "--json"]);

        Assert.Equal(0, again.ExitCode);
        Assert.Equal(6, bench.Simulator.Stats().Calls);
        Assert.Equal(first.GetProperty("analysis").GetRawText(), again.Json.GetProperty("analysis").GetRawText());
    }

    [Theory]
    [InlineData("resume", "there is no unfinished run in this store.")]
    [InlineData("resume rzzzzzzzzzzzzzzz", "run 'rzzzzzzzzzzzzzzz' does not exist in this store.")]
    [InlineData("analyze rzzzzzzzzzzzzzzz", "run 'rzzzzzzzzzzzzzzz' does not exist in this store.")]
    public async Task What_is_not_there_is_named(string arguments, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Yaml.Of());

        var result = await bench.CommandAsync([.. arguments.Split(' '), "--data", bench.Data]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resume")]
    [InlineData("analyze")]
    public async Task A_mistyped_folder_does_not_become_a_store(string verb)
    {
        await using var bench = await Workbench.CreateAsync();

        var result = await bench.CommandAsync([verb, "--data", bench.Data]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"there is no store in '{bench.Data}'", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(bench.Data));
    }

    [Fact]
    public async Task An_analysis_can_be_made_again_and_says_the_same()
    {
        await using var bench = await Workbench.CreateAsync();
        var run = (await bench.RunAsync(Yaml.Of(scenarios: 4, samples: 3, models: ["sim-noisy", "sim-better"]))).Json;

        var newest = await bench.CommandAsync(["analyze", "--data", bench.Data, "--json"]);
        var named = await bench.CommandAsync(["analyze", run.GetProperty("runId").GetString()!, "--data", bench.Data, "--json"]);
        var table = await bench.CommandAsync(["analyze", "--data", bench.Data]);

        Assert.Equal((0, 0, 0), (newest.ExitCode, named.ExitCode, table.ExitCode));
        foreach (var field in new[] { "perModel", "perScenario", "warnings", "mostVariableScenarios" })
        {
            Assert.Equal(Analysis(run, field), Analysis(newest.Json, field));
            Assert.Equal(Analysis(run, field), Analysis(named.Json, field));
        }

        Assert.Contains("Models of openai-compatible by number", table.Output, StringComparison.Ordinal);
        Assert.Equal(24, bench.Simulator.Stats().Calls);
    }

    [Fact]
    public async Task A_run_that_is_not_finished_is_analyzed_as_far_as_it_went()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(10)));
        await InterruptedAsync(bench, "--model", "openai-compatible:one", "--model", "openai-compatible:two");
        var cells = (await bench.ReadAsync()).Cells.Count;

        var result = await bench.CommandAsync(["analyze", "--data", bench.Data, "--json"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("running", result.Json.GetProperty("status").GetString());
        Assert.Equal(cells, result.Json.GetProperty("analysis").GetProperty("perModel").EnumerateArray().Sum(model => model.GetProperty("sampleCount").GetInt32()));
        Assert.StartsWith("Interim view: ", result.Json.GetProperty("analysis").GetProperty("comparisons")[0].GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.Contains("PARTIAL_SAMPLES", Analysis(result.Json, "warnings"), StringComparison.Ordinal);
    }

    private static string Analysis(JsonElement result, string field) => result.GetProperty("analysis").GetProperty(field).GetRawText();

    /// <summary>A run of 60 cells that was stopped by Ctrl+C in its middle; its id.</summary>
    private static async Task<string> InterruptedAsync(Workbench bench, params string[] options)
    {
        using var interrupt = new CancellationTokenSource();
        var before = bench.Simulator.Stats().Calls;
        var running = bench.CommandAsync(bench.RunArguments(Yaml.Of(scenarios: 30), ["--concurrency", "3", .. options]), interrupt.Token);
        await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls > before + 15, "15 calls");
        await interrupt.CancelAsync();
        Assert.Equal(130, (await running).ExitCode);
        return (await bench.ReadAsync()).Run.RunId;
    }
}

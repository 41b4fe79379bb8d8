using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>A run takes over the answers of an earlier one where a model would be sent the same, and calls only what is new.</summary>
public sealed class Reusing_answers
{
    private const string Two = """
        name: ratings
        scenarios:
          - { id: a, prompt: "How acceptable is case 1?" }
          - { id: b, prompt: "How acceptable is case 2?", followups: [{ label: why, prompt: "Why?" }] }
        models: ["openai-compatible:sim-noisy", "openai-compatible:sim-steady"]
        samplesPerScenario: 2
        scorers: [{ type: length }]
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_definition_again_calls_nothing_and_scores_anew()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = await bench.RunAsync(Two);
        var calls = bench.Simulator.Stats().Calls;

        var second = await bench.RunAsync(Two.Replace("type: length", "type: regex, pattern: Rating", StringComparison.Ordinal), "--reuse", "latest");

        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Equal(calls, bench.Simulator.Stats().Calls);
        Assert.Equal((8L, 8L, 0L), (Number(second, "progress", "completed"), Number(second, "progress", "reused"), Number(second, "calls", "sent")));
        Assert.Equal(RunIdOf(first), second.Json.GetProperty("reusedRun").GetString());
        Assert.Equal(1, second.Json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("mean").GetDouble());
        Assert.Contains("8 of 8 cells, 8 reused", second.Error, StringComparison.Ordinal);
        var (before, after) = (await bench.ReadAsync(RunIdOf(first)), await bench.ReadAsync(RunIdOf(second)));
        Assert.Equal(before.Transcripts.OrderBy(said => said.Key.RowKey, StringComparer.Ordinal).Select(said => said.Value.Turns[^1].TargetResponse), after.Transcripts.OrderBy(said => said.Key.RowKey, StringComparer.Ordinal).Select(said => said.Value.Turns[^1].TargetResponse));
        Assert.All(after.Cells, cell => Assert.Equal((0, 0m, $"{RunIdOf(first)}/{cell.Address.RowKey}"), (cell.Calls, cell.CostUsd, cell.ReusedFrom)));
    }

    [Fact]
    public async Task Only_what_is_new_is_called_wherever_it_stands()
    {
        const string Changed = """
            name: ratings of other people
            scenarios:
              - { id: new, prompt: "How acceptable is case 3?" }
              - { id: second, prompt: "How acceptable is {{what}}?", vars: { what: case 2 }, followups: [{ label: why, prompt: "Why?" }], expected: "3" }
              - { id: first, prompt: "How acceptable is case 1?" }
            variants:
              - { name: steady, model: "openai-compatible:sim-steady" }
              - { name: cold, model: "openai-compatible:sim-noisy", temperature: 0 }
            samplesPerScenario: 3
            scorers: [{ type: length }]
            """;
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Two);
        var calls = bench.Simulator.Stats().Calls;

        var second = await bench.RunAsync(Changed, "--reuse", "latest");

        // Of 18 cells the steady model's two samples of two scenarios are known; of the others three by two have two turns but one.
        Assert.Equal((18L, 4L), (Number(second, "progress", "completed"), Number(second, "progress", "reused")));
        Assert.Equal(18 - 4 + 1 + 3, bench.Simulator.Stats().Calls - calls);
        var cells = (await bench.ReadAsync(RunIdOf(second))).Cells;
        Assert.Equal(
            [new CellAddress(1, 0, 0), new CellAddress(1, 0, 1), new CellAddress(2, 0, 0), new CellAddress(2, 0, 1)],
            cells.Where(cell => cell.ReusedFrom is not null).Select(cell => cell.Address));
    }

    [Fact]
    public async Task One_answer_is_not_taken_for_two_that_ask_the_same()
    {
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Same(1));

        var second = await bench.RunAsync(Same(3), "--reuse", "latest");
        var third = await bench.RunAsync(Same(3), "--reuse", "latest");

        Assert.Equal((1L, 3L), (Number(second, "progress", "reused"), Number(third, "progress", "reused")));

        static string Same(int scenarios) =>
            $"name: same\nscenarios:\n{string.Concat(Enumerable.Range(0, scenarios).Select(index => $"  - {{ id: s{index}, prompt: How acceptable is it? }}\n"))}models: [\"openai-compatible:sim-noisy\"]\nscorers: [{{ type: length }}]\n";
    }

    [Fact]
    public async Task What_failed_is_called_and_what_a_retry_sets_aside_too()
    {
        await using var broken = await Workbench.CreateAsync(new SimulatorOptions(FailAfter: 2, FailAfterStatus: 404));
        await broken.RunAsync(Yaml.Of(2, 1, ["sim-noisy", "sim-steady"]));
        await using var bench = await Workbench.CreateAsync();
        await bench.RunAsync(Yaml.Of(3, 1, ["sim-refusing"]));
        var calls = bench.Simulator.Stats().Calls;

        var afterFailures = await broken.RunAsync(Yaml.Of(2, 1, ["sim-noisy", "sim-steady"]), "--reuse", "latest");
        var refused = await bench.RunAsync(Yaml.Of(3, 1, ["sim-refusing"]), "--reuse", "latest");
        var called = bench.Simulator.Stats().Calls - calls;
        await bench.CommandAsync(["retry", RunIdOf(refused), "--code", "refused", "--base-url", bench.BaseUrl, "--data", bench.Data, "--json"], Cancel);

        Assert.Equal((2L, 2L), (Number(afterFailures, "progress", "reused"), Number(afterFailures, "progress", "failed")));
        Assert.Equal((3L, 0L), (Number(refused, "progress", "reused"), called));
        Assert.Equal(3, bench.Simulator.Stats().Calls - calls);
    }

    [Fact]
    public async Task Reused_cells_are_told_apart_wherever_a_run_is_read()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = RunIdOf(await bench.RunAsync(Two));
        var second = RunIdOf(await bench.RunAsync(Two.Replace("samplesPerScenario: 2", "samplesPerScenario: 3", StringComparison.Ordinal), "--reuse", first[..^1]));

        var shown = await bench.CommandAsync(["show", second, "--data", bench.Data], Cancel);
        var json = (await bench.CommandAsync(["show", second, "--data", bench.Data, "--json"], Cancel)).Json.GetProperty("run");
        var csv = await bench.CommandAsync(["export", second, "--format", "csv", "--data", bench.Data], Cancel);
        var lines = await bench.CommandAsync(["export", second, "--format", "jsonl", "--data", bench.Data], Cancel);
        var markdown = await bench.CommandAsync(["export", second, "--format", "md", "--data", bench.Data], Cancel);

        Assert.Contains($"8 reused of run {first}", shown.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal((first, 8), (json.GetProperty("reusedRun").GetString(), json.GetProperty("progress").GetProperty("reused").GetInt32()));
        Assert.Equal(8, csv.Output.Split('\n').Count(line => line.Contains($",{first}/", StringComparison.Ordinal)));
        Assert.Equal(8, lines.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.Contains("\"reusedFrom\":\"", StringComparison.Ordinal)));
        Assert.Contains($"answers of run {first} reused", markdown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_run_goes_on_and_neither_calls_nor_counts_what_it_reused_twice()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(8)));
        await bench.RunAsync(Yaml.Of(40, 2, ["sim-noisy"]));
        var calls = bench.Simulator.Stats().Calls;
        var arguments = bench.RunArguments(Yaml.Of(40, 5, ["sim-noisy"]), "--reuse", "latest", "--concurrency", "4");

        await using (var program = ProgramProcess.Start(arguments))
        {
            await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= calls + 20 || program.HasExited, "20 calls");
            await program.KillAsync();
        }

        var resumed = await bench.CommandAsync(["resume", "--base-url", bench.BaseUrl, "--data", bench.Data, "--json"], Cancel);

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal((200L, 80L), (Number(resumed, "progress", "completed"), Number(resumed, "progress", "reused")));
        Assert.Equal(120, Number(resumed, "calls", "sent") - Number(resumed, "calls", "repeated"));
    }

    [Fact]
    public async Task What_cannot_be_reused_is_refused_before_anything_is_stored()
    {
        await using var bench = await Workbench.CreateAsync();

        var noStore = await bench.RunAsync(Two, "--reuse", "latest");
        await bench.RunAsync(Two);
        var unknown = await bench.RunAsync(Two, "--reuse", "20200101");

        Assert.Equal((1, 1), (noStore.ExitCode, unknown.ExitCode));
        Assert.Contains("there is no store in", noStore.Error, StringComparison.Ordinal);
        Assert.Contains("run '20200101' does not exist", unknown.Error, StringComparison.Ordinal);
        await using var services = bench.Open();
        Assert.Single(await services.Runs.AllAsync(Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_request_names_the_run_too()
    {
        await using var host = await Http.ServerHost.StartAsync();
        var first = await host.StartRunAsync(Two);
        var definitionId = (await host.UntilAsync(first, "completed")).GetProperty("definitionId").GetString();

        var unknown = await host.PostAsync("/api/runs", JsonSerializer.Serialize(new { definitionId, reuse = "r0" }));
        var again = await host.PostAsync("/api/runs", JsonSerializer.Serialize(new { definitionId, reuse = first }));
        var done = await host.UntilAsync(again.Json.GetProperty("runId").GetString()!, "completed");

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, unknown.Status);
        Assert.Contains("reuse must be the id of an earlier run, but there is no run 'r0'.", unknown.Text, StringComparison.Ordinal);
        Assert.Equal((8, 0), (done.GetProperty("progress").GetProperty("reused").GetInt32(), done.GetProperty("calls").GetProperty("sent").GetInt32()));
    }

    private static string RunIdOf(CommandResult result) => result.Json.GetProperty("runId").GetString()!;

    private static long Number(CommandResult result, string group, string name) => result.Json.GetProperty(group).GetProperty(name).GetInt64();
}

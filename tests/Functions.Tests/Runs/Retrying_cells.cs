using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Calls;
using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Functions.Tests.Runs;

/// <summary>Cells that brought no answer are called again; the others are not, and nothing that was paid for is forgotten.</summary>
public sealed class Retrying_cells
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failed_cells_alone_are_called_again_and_all_calls_stay_counted()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(FailAfter: 8, FailAfterStatus: 404));
        await using var healthy = await Workbench.CreateAsync();
        var first = await bench.RunAsync(Yaml.Of(5, 2, ["sim-noisy", "sim-steady"]));
        var runId = first.Json.GetProperty("runId").GetString()!;
        var failed = first.Json.GetProperty("progress").GetProperty("failed").GetInt64();

        var retried = await bench.CommandAsync(["retry", runId, "--base-url", healthy.BaseUrl, "--data", bench.Data, "--json"], Cancel);

        Assert.Equal((2, 12L), (first.ExitCode, failed));
        Assert.True(retried.ExitCode == 0, retried.Error);
        Assert.Equal((20L, 0L), Progress(retried.Json));
        Assert.Equal(failed, healthy.Simulator.Stats().Calls);
        Assert.Equal(first.Json.GetProperty("calls").GetProperty("sent").GetInt64() + failed, retried.Json.GetProperty("calls").GetProperty("sent").GetInt64());
        Assert.Contains("retry: 12 cells were called again.", retried.Error, StringComparison.Ordinal);
        Assert.Contains("retry: openai-compatible:sim-steady: failed ", retried.Error, StringComparison.Ordinal);
        Assert.Contains(" -> 0, mean ", retried.Error, StringComparison.Ordinal);

        await using var services = bench.Open();
        var run = await services.Runs.GetAsync(runId, Cancel);
        var (calls, _) = await services.Get<CallRows>().PageAsync(run, new CellFilter(), null, 1000, null, Cancel);
        Assert.Equal(retried.Json.GetProperty("calls").GetProperty("sent").GetInt64(), calls.Count);
    }

    [Fact]
    public async Task What_was_paid_stays_counted_when_the_run_is_scored_again()
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(FailAfter: 4, FailAfterStatus: 404));
        await using var healthy = await Workbench.CreateAsync();
        var runId = (await bench.RunAsync(Yaml.Of(3, 2, ["sim-noisy", "sim-steady"]))).Json.GetProperty("runId").GetString()!;
        var retried = await bench.CommandAsync(["retry", runId, "--base-url", healthy.BaseUrl, "--data", bench.Data, "--json"], Cancel);

        var rescored = await bench.CommandAsync(["rescore", runId, bench.Write("other.yaml", Yaml.Of(3, 2, scorers: "{ type: length }")), "--data", bench.Data, "--json"], Cancel);

        Assert.True(rescored.ExitCode == 0, rescored.Error);
        Assert.Equal(Sent(retried.Json), Sent(rescored.Json));
        Assert.Equal(Progress(retried.Json), Progress(rescored.Json));
    }

    [Fact]
    public async Task Only_the_cells_that_were_asked_for_are_called_again()
    {
        await using var bench = await Workbench.CreateAsync();
        var runId = (await bench.RunAsync(Yaml.Of(3, 1, ["sim-steady", "sim-refusing", "sim-better-7"]))).Json.GetProperty("runId").GetString()!;
        var before = bench.Simulator.Stats().Calls;

        var nothing = await bench.CommandAsync(["retry", runId, "--variant", "openai-compatible:sim-steady", "--data", bench.Data, "--json"], Cancel);
        var refused = await bench.CommandAsync(["retry", runId, "--code", "refused", "--base-url", bench.BaseUrl, "--data", bench.Data, "--json"], Cancel);

        Assert.Contains("no cell of the run is to be called again", nothing.Error, StringComparison.Ordinal);
        Assert.Equal(3, bench.Simulator.Stats().Calls - before);
        Assert.Contains("warning: A model that is asked again until it answers", refused.Error, StringComparison.Ordinal);
        Assert.Equal((6L, 3L), Progress(refused.Json));
    }

    [Fact]
    public async Task A_retry_that_breaks_off_before_its_first_call_is_gone_on_with()
    {
        await using var bench = await Workbench.CreateAsync();
        var first = (await bench.RunAsync(Yaml.Of(2, 1, ["sim-steady", "sim-better-7"]))).Json;
        var runId = first.GetProperty("runId").GetString()!;
        await using (var services = bench.Open())
        {
            var retry = new RetryRun(services.Runs, services.Cells, services.Analyses, services.Get<RunRules>(), (_, _) => Task.CompletedTask);
            Assert.IsType<RetryOutcome.Retrying>(await retry.RetryAsync(runId, new RetryRequest(), bench.BaseUrl, Cancel));
        }

        var resumed = await bench.CommandAsync(["resume", runId, "--base-url", bench.BaseUrl, "--data", bench.Data, "--json"], Cancel);

        Assert.Equal((2L, 2L), Progress(resumed.Json));
        Assert.Equal(Sent(first) + Sent(first) - 2, Sent(resumed.Json));
    }

    [Theory]
    [InlineData("--code", "TIMEUOT", "--code must be failed, truncated, refused, judge_failed, or codes of the run's errors (NOT_FOUND), but has 'TIMEUOT'.")]
    [InlineData("--variant", "nobody", "--variant must be variants of the run (openai-compatible:sim-steady, openai-compatible:sim-better-7), but has 'nobody'.")]
    public async Task What_the_run_does_not_have_is_refused(string option, string value, string message)
    {
        await using var bench = await Workbench.CreateAsync();
        var runId = (await bench.RunAsync(Yaml.Of(1, 1, ["sim-steady", "sim-better-7"]))).Json.GetProperty("runId").GetString()!;

        var refused = await bench.CommandAsync(["retry", runId, option, value, "--data", bench.Data], Cancel);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(message, refused.Error, StringComparison.Ordinal);
    }

    private static (long Completed, long Failed) Progress(JsonElement result) =>
        (result.GetProperty("progress").GetProperty("completed").GetInt64(), result.GetProperty("progress").GetProperty("failed").GetInt64());

    private static long Sent(JsonElement result) => result.GetProperty("calls").GetProperty("sent").GetInt64();
}

using FunctionsEval.Cli;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.Faults;

public sealed class Failing_models : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_that_fails_one_call_of_five_costs_retries_and_no_cell()
    {
        // A cell fails when ten attempts do: of 240 cells one in 40,000 runs.
        var options = new SimulatorOptions(Fail: 0.2, HangFor: TimeSpan.FromSeconds(0.2));
        var (exitCode, result, simulated) = await RunAsync(options, scenarios: 40, samples: 3, "sim-noisy", "sim-better");

        Assert.Equal(0, exitCode);
        Assert.Equal((RunStatus.Completed, 240, 240, 0), (result.Status, result.Progress.Total, result.Progress.Completed, result.Progress.Failed));
        Assert.Equal((simulated.Calls, 0), (result.Calls.Sent, result.Calls.Repeated));
        Assert.InRange(simulated.Calls, 265, 345);
        Assert.Equal(["200", "429", "500", "504", "malformed", "reset"], simulated.ByOutcome.Keys);
        Assert.Equal(240, simulated.ByOutcome["200"]);
        Assert.Equal([120L, 120L], result.Analysis!.PerModel.Select(model => model.SampleCount));
        Assert.Equal(simulated.Calls, await CallRowsAsync(result.RunId));
    }

    [Fact]
    public async Task What_a_model_refuses_or_garbles_is_its_own_failure_and_the_run_goes_on()
    {
        var (exitCode, result, simulated) = await RunAsync(new SimulatorOptions(), scenarios: 10, samples: 2, "sim-steady", "sim-refusing", "sim-malformed");

        Assert.Equal(0, exitCode);
        Assert.Equal((60, 60, 0), (result.Progress.Total, result.Progress.Completed, result.Progress.Failed));
        Assert.Equal([(0L, 0L), (0L, 20L), (20L, 0L)], result.Progress.PerModel.Select(model => (model.Invalid, model.Refused)));
        Assert.Equal([20L, 0L, 0L], result.Analysis!.PerModel.Select(model => model.SampleCount));
        Assert.Equal(60, simulated.Calls);
    }

    [Fact]
    public async Task A_model_that_does_not_exist_fails_its_cells_and_no_other()
    {
        var (exitCode, result, _) = await RunAsync(new SimulatorOptions(), scenarios: 5, samples: 2, "sim-steady", "sim-better-7");

        Assert.Equal(ExitCodes.CompletedWithFailedCells, exitCode);
        Assert.Equal([(10L, 0L), (0L, 10L)], result.Progress.PerModel.Select(model => (model.Completed, model.Failed)));
        Assert.Equal(RunStatus.Completed, result.Status);
    }

    [Fact]
    public async Task Why_cells_failed_is_told_once_an_error_with_its_count_and_the_vendors_words()
    {
        await using var bench = await Workbench.CreateAsync();
        var json = await bench.RunAsync(Yaml.Of(5, 2, ["sim-steady", "sim-better-7"]));
        var text = await bench.CommandAsync(["analyze", "--data", bench.Data], Cancel);
        var resumed = await bench.CommandAsync(["resume", json.Json.GetProperty("runId").GetString()!, "--data", bench.Data, "--json"], Cancel);

        var failure = Assert.Single(json.Json.GetProperty("analysis").GetProperty("failures").EnumerateArray());
        Assert.Equal(
            ("openai-compatible:sim-better-7", "NOT_FOUND", 404, 10L),
            (failure.GetProperty("variant").GetString(), failure.GetProperty("code").GetString(), failure.GetProperty("statusCode").GetInt32(), failure.GetProperty("cells").GetInt64()));
        Assert.Contains("sim-better-7", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains($"10 cells of openai-compatible:sim-better-7 failed: NOT_FOUND (404): {failure.GetProperty("message").GetString()}", Unwrapped(text.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("Resume the run", Unwrapped(text.Output), StringComparison.Ordinal);
        Assert.Equal(json.Json.GetProperty("calls").GetProperty("sent").GetInt64(), resumed.Json.GetProperty("calls").GetProperty("sent").GetInt64());
    }

    private static string Unwrapped(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private async Task<(int ExitCode, RunResult Result, SimulatorStats Simulated)> RunAsync(
        SimulatorOptions options, int scenarios, int samples, params string[] models)
    {
        await using var simulator = await SimulatorServer.StartAsync(options, TimeProvider.System, Cancel);
        var definition = RunFiles.Write(_folder.File("definition.yaml"), scenarios, samples, models);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, IsOutRedirected: true, IsErrorRedirected: true, _ => null);
        string[] arguments = ["run", definition, "--base-url", simulator.BaseUrl.ToString(), "--data", _folder.File("data"), "--json"];
        var exitCode = await CommandLine.RunAsync(terminal, arguments, Cancel);
        Assert.True(output.ToString().Length > 0, error.ToString());
        return (exitCode, RunFiles.ResultOf(output.ToString()), simulator.Stats());
    }

    private async Task<int> CallRowsAsync(string runId)
    {
        await using var services = LocalProgram.Open(new Settings(_ => null, _folder.File("data")), NullLoggerFactory.Instance, isCommand: true);
        var query = new EntityQuery(TableKeys.Cells, PartitionFrom: runId, PartitionTo: runId + "}", RowFrom: "~call-", RowTo: "~call.");
        return await services.Entities.QueryAsync(query, Cancel).CountAsync(Cancel);
    }
}

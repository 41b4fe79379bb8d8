using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using FunctionsEval.TestKit;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Failing_to_analyze : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_run_is_completed_with_the_error_and_can_be_analyzed_once_the_cause_is_gone()
    {
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions(), TimeProvider.System, Cancel);
        var settings = new Settings(_ => null, _folder.Path, simulator.BaseUrl.ToString());
        await using var services = LocalProgram.Open(settings, NullLoggerFactory.Instance);
        var clock = new FakeTimeProvider();

        // The program's own activities on a clock that the test moves: the retries of an analysis take half a minute.
        await using var orchestrations = new LocalOrchestrations(services.Get<LocalTasks>(), clock, NullLoggerFactory.Instance);
        var client = new LocalDurableTaskClient(orchestrations);
        var run = await AddRunAsync(services);

        // A row of a later version in the way: it is no cell that this one can read.
        var odd = new Entity($"{run.RunId}|000000", "000000-000-000-later") { ["outcome"] = "glorious" };
        await services.Entities.SubmitAsync(TableKeys.Cells, EntityOperation.Insert(odd), Cancel);
        await services.Get<PipelineQueue>().HandleAsync(new PipelineJob(PipelineJob.Start, run.RunId), client, Cancel);
        await EndAsync(client, run.RunId, clock);

        var completed = await services.Runs.GetAsync(run.RunId, Cancel);
        Assert.Equal(RunStatus.Completed, completed.Status);
        Assert.Contains("'000000-000-000-later' is not the row of a cell", completed.Course.AnalysisError, StringComparison.Ordinal);
        Assert.Null(await services.Analyses.FindAsync(run.RunId, Cancel));
        Assert.Equal(run.TotalCells, RunProgress.Of(run, await services.Cells.CountAsync(run, Cancel)).Completed);

        await services.Entities.SubmitAsync(TableKeys.Cells, EntityOperation.Delete(odd.PartitionKey, odd.RowKey), Cancel);
        var analysis = await services.AnalyzeRun.AnalyzeAsync(run.RunId, Cancel);
        Assert.Equal(run.TotalCells, analysis.PerModel[0].SampleCount);
    }

    private static async Task<RunRecord> AddRunAsync(LocalProgram services)
    {
        var start = new StartRun(services.Definitions, services.Runs, services.Get<RunRules>(), (_, _) => Task.CompletedTask, TimeProvider.System);
        var id = await services.Definitions.AddAsync(RunServer.Definition(), Cancel);
        return Assert.IsType<StartOutcome.Started>(await start.StartAsync(id, new RunOverrides(), services.Settings.BaseUrl, Cancel)).Run;
    }

    private static async Task EndAsync(DurableTaskClient client, string runId, FakeTimeProvider clock)
    {
        var end = client.WaitForInstanceCompletionAsync(runId, getInputsAndOutputs: false, Cancel);
        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(10));
                return end.IsCompleted;
            },
            "the orchestration to end",
            cancellationToken: Cancel);
    }
}

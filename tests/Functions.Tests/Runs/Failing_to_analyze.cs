using FunctionsEval.Durable;
using FunctionsEval.Durable.Client;
using FunctionsEval.Durable.Engine;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Allocations;
using FunctionsEval.Storage;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

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
        await using var services = Services.Open(settings, NullLoggerFactory.Instance, isCommand: true);
        var clock = new FakeClock();
        await using var engine = NewEngine(services, clock);
        await engine.StartAsync(Cancel);
        var run = await AddRunAsync(services);

        // A row of a later version in the way: it is no cell that this one can read.
        var odd = new Entity($"{run.RunId}|000000", "000000-000-000-later") { ["outcome"] = "glorious" };
        await services.Entities.SubmitAsync(TableKeys.Cells, EntityOperation.Insert(odd), Cancel);
        await services.PipelineOf(engine.Client).HandleAsync(new PipelineJob(PipelineJob.StartRun, run.RunId), Cancel);
        await EndAsync(engine.Client, run.RunId, clock);

        var completed = await services.Runs.GetAsync(run.RunId, Cancel);
        Assert.Equal(RunStatus.Completed, completed.Status);
        Assert.Contains("'000000-000-000-later' is not the row of a cell", completed.AnalysisError, StringComparison.Ordinal);
        Assert.Null(await services.Analyses.FindAsync(run.RunId, Cancel));
        Assert.Equal(run.TotalCells, RunProgress.Of(run, await services.Cells.CountAsync(run, Cancel)).Completed);

        await services.Entities.SubmitAsync(TableKeys.Cells, EntityOperation.Delete(odd.PartitionKey, odd.RowKey), Cancel);
        var analysis = await services.AnalyzeRun.RunAsync(run.RunId, Cancel);
        Assert.Equal(run.TotalCells, analysis.PerModel[0].SampleCount);
    }

    /// <summary>The program's own activities on a clock that a test moves: the retries of an analysis take half a minute.</summary>
    private static EmbeddedEngine NewEngine(Services services, FakeClock clock)
    {
        var catalog = new RunCatalog(services.Runs, services.Cells, services.Catalogs, services.Prices, TimeProvider.System);
        var registry = RunTasks.Register(
            new PrepareRun(services.Runs, services.Definitions, TimeProvider.System),
            new EvaluateCell(services.Runs, catalog, services.Cells, TimeProvider.System, NullLogger<EvaluateCell>.Instance),
            new InterimLook(services.Runs, services.Cells),
            new AllocateSamples(services.Runs, services.Cells, services.Allocations),
            new ReadAllocation(services.Allocations),
            services.AnalyzeRun,
            new CompleteRun(services.Runs, catalog, services.Digests.MakeAsync, TimeProvider.System, NullLogger<CompleteRun>.Instance));
        return new EmbeddedEngine(
            services.Histories, registry, new JsonDataConverter(EvalJson.Context.Options), new EmbeddedEngineOptions(), clock, new Random(1), NullLoggerFactory.Instance);
    }

    private static async Task<RunRecord> AddRunAsync(Services services)
    {
        var start = new StartRun(services.Definitions, services.Runs, services.RunRules, (_, _) => Task.CompletedTask, TimeProvider.System);
        var id = await services.Definitions.AddAsync(RunServer.Definition(), Cancel);
        return Assert.IsType<StartOutcome.Started>(await start.StartAsync(id, new RunOverrides(), services.Settings.BaseUrl, Cancel)).Run;
    }

    private static async Task EndAsync(DurableTaskClient client, string runId, FakeClock clock)
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

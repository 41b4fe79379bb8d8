using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>What a server works with, in process: a store on a data folder, orchestrations and jobs, and a simulated model over real HTTP.</summary>
internal sealed class RunServer : IAsyncDisposable
{
    private RunServer(LocalProgram services) => Services = services;

    public LocalProgram Services { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static RunServer Start(string folder, SimulatorServer simulator, int? concurrency = null, string? storage = null, bool serves = true) => Start(
        new Settings(name => name == "AzureWebJobsStorage" ? storage : null, folder, simulator.BaseUrl.ToString(), concurrency), NullLoggerFactory.Instance, serves);

    public static RunServer Start(Settings settings, ILoggerFactory loggers, bool serves = true)
    {
        var services = LocalProgram.Open(settings, loggers, isCommand: false);
        if (serves)
        {
            services.Serve();
        }

        return new RunServer(services);
    }

    public static Definition Definition(int scenarios = 5, int samples = 4, params string[] models) => new(
        "small",
        "You answer with one line.",
        [.. Enumerable.Range(0, scenarios).Select(index => new Scenario($"s{index}", $"scenario {index}", $"How acceptable is case {index}?"))],
        models.Length > 0 ? models : ["openai-compatible:sim-noisy"],
        samples,
        Scorers: [new ScorerSpec("number", "number", Pattern: @"Rating:\s*(\d)", Min: 1, Max: 5)]);

    public async Task<RunRecord> StartRunAsync(Definition definition)
    {
        var id = await Services.Definitions.AddAsync(definition, Cancel);
        return Assert.IsType<StartOutcome.Started>(await Services.StartRun.StartAsync(id, new RunOverrides(), Services.Settings.BaseUrl, Cancel)).Run;
    }

    public async Task<RunProgress> ProgressAsync(RunRecord run) => RunProgress.Of(run, await Services.Cells.CountAsync(run, Cancel));

    public async Task<long> DoneAsync(RunRecord run) => await ProgressAsync(run) is var progress ? progress.Completed + progress.Failed : 0;

    public async Task<RunStatus> StatusAsync(RunRecord run) => (await Services.Runs.GetAsync(run.RunId, Cancel)).Status;

    public Task UntilDoneAsync(RunRecord run, long cells) =>
        Eventually.TrueAsync(async () => await DoneAsync(run) >= cells, $"{cells} finished cells", cancellationToken: Cancel);

    /// <summary>Waits for the end of the run and of its orchestration.</summary>
    public async Task<RunRecord> EndAsync(RunRecord run, TimeSpan? limit = null)
    {
        await Eventually.TrueAsync(async () => (await StatusAsync(run)).IsFinished(), $"the end of run {run.RunId}", limit, Cancel);
        await Eventually.TrueAsync(
            async () => await Services.Client.GetInstanceAsync(run.RunId, false, Cancel) is null or { IsCompleted: true },
            $"the end of the orchestration of run {run.RunId}",
            limit,
            Cancel);
        return await Services.Runs.GetAsync(run.RunId, Cancel);
    }

    /// <summary>Ends as a process that is told to stop.</summary>
    public ValueTask DisposeAsync() => Services.DisposeAsync();
}

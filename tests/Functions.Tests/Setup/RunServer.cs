using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Hosting.StandAlone;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>What a server works with, in process: store, engine and queue on a data folder, and a simulated model over real HTTP.</summary>
internal sealed class RunServer : IAsyncDisposable
{
    private readonly EngineHost _engine;

    private RunServer(Services services, EngineHost engine)
    {
        Services = services;
        _engine = engine;
    }

    public Services Services { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<RunServer> StartAsync(string folder, SimulatorServer simulator, int concurrency = Settings.DefaultConcurrency, string? storage = null) => StartAsync(
        new Settings(name => name == "AzureWebJobsStorage" ? storage : null, folder, simulator.BaseUrl.ToString(), concurrency), NullLoggerFactory.Instance);

    public static async Task<RunServer> StartAsync(Settings settings, ILoggerFactory loggers, bool isFleet = false)
    {
        var services = Services.Open(settings, loggers, isFleet: isFleet);
        var engine = await EngineHost.StartAsync(services, Cancel);
        services.Pump.Start();
        return new RunServer(services, engine);
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
            async () => await Services.Engine.Client.GetInstanceAsync(run.RunId, false, Cancel) is null or { IsCompleted: true },
            $"the end of the orchestration of run {run.RunId}",
            limit,
            Cancel);
        return await Services.Runs.GetAsync(run.RunId, Cancel);
    }

    /// <summary>Ends as a process that is told to stop.</summary>
    public async ValueTask DisposeAsync()
    {
        await Services.Pump.StopAsync(CancellationToken.None);
        await _engine.DisposeAsync();
        await Services.DisposeAsync();
    }
}

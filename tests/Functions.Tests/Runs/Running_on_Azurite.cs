using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.Runs;

public sealed class Running_on_Azurite(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IDisposable
{
    private const int Cells = 10 * 2 * 3;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Environment => new() { ["AzureWebJobsStorage"] = azurite.ConnectionString };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_run_of_sixty_cells_is_resumed_to_its_end()
    {
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(30)), TimeProvider.System, Cancel);
        var definition = RunFiles.Write(_folder.File("definition.yaml"), 10, 3, "sim-noisy", "sim-better");
        string[] run = ["run", definition, "--base-url", simulator.BaseUrl.ToString(), "--data", _folder.File("none"), "--concurrency", "4", "--json"];
        await using (var program = ProgramProcess.Start(run, Environment))
        {
            await Eventually.TrueAsync(() => simulator.Stats().Calls >= 25 || program.HasExited, "25 calls", cancellationToken: Cancel);
            Assert.False(program.HasExited, "The run ended before it could be killed.");
            await program.KillAsync();
        }

        await using var resumed = ProgramProcess.Start(["resume", "--json", "--concurrency", "4"], Environment);
        var (exitCode, output, error) = await resumed.EndAsync();

        Assert.True(exitCode == 0, error);
        var result = RunFiles.ResultOf(output);
        Assert.Equal((RunStatus.Completed, Cells, Cells, 0), (result.Status, result.Progress.Total, result.Progress.Completed, result.Progress.Failed));
        Assert.Equal(Cells, result.Calls.Sent - result.Calls.Repeated);
        Assert.InRange(result.Calls.Repeated, 0, 8);
        Assert.InRange(simulator.Stats().Calls, Cells, result.Calls.Sent);
        Assert.Equal([30L, 30L], result.Analysis!.PerModel.Select(model => model.SampleCount));
        Assert.False(Directory.Exists(_folder.File("none")), "A run on Azure Storage made a data folder.");
        await AssertStoredAsync(result.RunId);
    }

    private async Task AssertStoredAsync(string runId)
    {
        var settings = new Settings(Environment.GetValueOrDefault, _folder.Path);
        await using var services = LocalProgram.Open(settings, NullLoggerFactory.Instance, isCommand: true);
        Assert.False(services.Storage.IsLocal);
        var run = await services.Runs.GetAsync(runId, Cancel);
        var cells = await services.Cells.AllAsync(run, Cancel).ToListAsync(Cancel);
        Assert.Equal(RunCells.Addresses(run), cells.Select(cell => cell.Address));
        foreach (var cell in cells)
        {
            var transcript = await services.Cells.FindTranscriptAsync(runId, cell.Address, Cancel);
            Assert.Contains($"Rating: {cell.Score}", Assert.Single(transcript!.Turns).TargetResponse, StringComparison.Ordinal);
        }
    }
}

using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

public sealed class Killed_allocations
{
    /// <summary>By SIGKILL in the pilot, about its end, and in the samples behind it; the last one is killed twice.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(AllocatedRun.PilotCells)]
    [InlineData(AllocatedRun.PilotCells + 20)]
    [InlineData(150, AllocatedRun.PilotCells + 60)]
    public async Task A_run_goes_on_with_the_samples_that_its_pilot_allocated(params int[] kills)
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(5), LatencySpread: 0.5));
        var file = bench.Write("allocated.yaml", AllocatedRun.Definition);
        string[] data = ["--data", bench.Data, "--json", "--concurrency", "8"];
        string[] start = ["run", file, "--base-url", bench.BaseUrl, .. data];
        foreach (var calls in kills)
        {
            await using var program = ProgramProcess.Start(start);
            await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= calls || program.HasExited, $"{calls} calls", cancellationToken: TestContext.Current.CancellationToken);
            Assert.False(program.HasExited, "The program ended before it could be killed.");
            await program.KillAsync();
            start = ["resume", .. data];
        }

        var before = await bench.ReadAsync();
        await using var resumed = ProgramProcess.Start(start);
        var (exitCode, output, error) = await resumed.EndAsync();

        Assert.True(exitCode == 0, error);
        var stored = await bench.ReadAsync();
        Assert.Equal(RunStatus.Completed, stored.Run.Status);
        Assert.Equal(AllocatedRun.Cells, stored.Cells.Count);
        Assert.Equal(AllocatedRun.Planned(stored), [.. stored.Cells.Select(cell => cell.Address)]);
        var now = stored.Cells.ToDictionary(cell => cell.Address);
        Assert.All(before.Cells, cell => Assert.Equal(cell.CompletedAt, now[cell.Address].CompletedAt));
        stored.AssertCounted();
        var result = RunFiles.ResultOf(output);
        Assert.Equal((AllocatedRun.Cells, AllocatedRun.Cells), (result.Progress.Total, result.Progress.Completed));
        Assert.DoesNotContain(result.Analysis!.Warnings, warning => warning.Code == "PARTIAL_SAMPLES");
    }
}

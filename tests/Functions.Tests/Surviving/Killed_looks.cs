using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

public sealed class Killed_looks
{
    private const int Scenarios = 200;
    private const int LookEvery = 20;
    private const int CellsPerLook = LookEvery * 2 * 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// By SIGKILL in the first wave, about the end of a wave, and deep in the run. Each stored look says what a look at the cells of its waves
    /// says now, so none of them saw a later cell, and the run ends where the first one that stops it says.
    /// </summary>
    [Theory]
    [InlineData("sim-better-0.6", 130)]
    [InlineData("sim-better-0.1", 40, CellsPerLook + 3, 2 * CellsPerLook, 370)]
    public async Task A_run_decides_as_if_it_had_not_been_killed(string model, params int[] kills)
    {
        await using var bench = await Workbench.CreateAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(5), LatencySpread: 0.5));
        var file = bench.Write("stop.yaml", Yaml.Of(Scenarios, samples: 2, models: ["sim-noisy", model], more: $"stopping: {{ lookEvery: {LookEvery} }}\n"));
        string[] data = ["--data", bench.Data, "--json", "--concurrency", "8"];
        string[] start = ["run", file, "--base-url", bench.BaseUrl, .. data];
        foreach (var calls in kills)
        {
            await using var program = ProgramProcess.Start(start);
            await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= calls || program.HasExited, $"{calls} calls", cancellationToken: Cancel);
            Assert.False(program.HasExited, $"The program ended before it could be killed. {program.Error}");
            await program.KillAsync();
            start = ["resume", .. data];
        }

        await using var resumed = ProgramProcess.Start(start);
        var (exitCode, output, error) = await resumed.EndAsync();

        Assert.True(exitCode == 0, error);
        var stored = await bench.ReadAsync();
        var evaluated = stored.Cells.Select(cell => cell.Address.Item).Distinct().Count();
        Assert.Equal(0, evaluated % LookEvery);
        var looks = await LooksAsync(bench, stored.Run);
        Assert.All(looks, look => Assert.Equal(look.Anew, look.Stored?.StopReason));

        // Only the last look may stop a run, and there is none behind the last wave.
        Assert.Equal(Math.Min(evaluated, Scenarios - LookEvery) / LookEvery, looks.TakeWhile(look => look.Stored is not null).Count());
        Assert.All(looks.Take((evaluated / LookEvery) - 1), look => Assert.Null(look.Anew));
        Assert.Equal(evaluated < Scenarios, stored.Run.Course.StopReason is not null);
        if (evaluated < Scenarios)
        {
            Assert.Equal($"{stored.Run.Course.StopReason}: {stored.Run.Course.Reason}", looks[(evaluated / LookEvery) - 1].Anew);
            Assert.Contains("stoppedEarly", output, StringComparison.Ordinal);
        }

        var order = new RunPlan(stored.Run.RunId, Scenarios, 2, 2, stored.Run.Sampling.DispatchSeed, LookEvery);
        var planned = Enumerable.Range(0, evaluated / LookEvery * (int)order.BlocksPerLook).SelectMany(block => order.CellsOf(block)).ToHashSet();
        Assert.Equal(planned, [.. stored.Cells.Select(cell => cell.Address)]);
        Assert.Equal(bench.Simulator.Stats().Calls - stored.Cells.Count, stored.Counts.CallsRepeated, 16.0 * kills.Length);
        stored.AssertCounted();
    }

    /// <summary>Every look of the run as it is stored, and as it would be made now from the cells of its waves.</summary>
    private static async Task<List<(LookDecision? Stored, string? Anew)>> LooksAsync(Workbench bench, RunRecord run)
    {
        await using var program = bench.Open();
        await using var blank = LocalProgram.Open(new Settings(_ => null, bench.Path("blank")), FunctionsEval.Cli.Terminal.Warnings());
        var anew = new InterimLook(program.Runs, program.Get<CellLedger>(), blank.Get<LookStore>());
        var looks = new List<(LookDecision? Stored, string? Anew)>();
        for (var number = 1; number < Scenarios / LookEvery; number++)
        {
            var stored = await program.Get<LookStore>().FindAsync(run.RunId, number, Cancel);
            looks.Add((stored, stored is null ? null : await anew.RunAsync(new LookInput(run.RunId, number), Cancel)));
        }

        return looks;
    }
}

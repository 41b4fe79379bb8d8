using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

/// <summary>A process that is killed while judges compare answers: no judgement that was stored is asked for again.</summary>
public sealed class Killed_pairs : IAsyncLifetime
{
    private const int Answers = 40;
    private const int Judgements = 40;
    private const int Concurrency = 4;

    private readonly TemporaryFolder _folder = new();
    private SimulatorServer _simulator = null!;

    private string Data => _folder.File("data");

    public async ValueTask InitializeAsync() => _simulator = await SimulatorServer.StartAsync(
        new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(25), LatencySpread: 0.5), TimeProvider.System, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_killed_run_goes_on_with_the_judgements_that_it_has()
    {
        // A malformed answer is never that of a noisy model to the letter: 20 pairs, each in two orders.
        var file = _folder.File("pairs.yaml");
        await File.WriteAllTextAsync(file, Yaml.Of(
            20, 1, ["sim-noisy", "sim-malformed"], $"{Yaml.Ratings}, {{ type: pairwise, model: 'openai-compatible:sim-judge-noise', rubric: 'Which is right?' }}"), TestContext.Current.CancellationToken);
        await using (var killed = Start("run", file))
        {
            await Eventually.TrueAsync(() => _simulator.Stats().Calls >= Answers + 20 || killed.HasExited, "half of the judgements");
            await killed.KillAsync();
        }

        await Eventually.TrueAsync(() => _simulator.Connections == 0, "the calls of the killed program to be counted");
        await using var resumed = Start("resume");
        var (exitCode, output, error) = await resumed.EndAsync();

        Assert.True(exitCode == 0, error);
        var stats = _simulator.Stats();
        Assert.InRange(stats.Calls, Answers + Judgements, Answers + Judgements + Concurrency);
        var result = SmallRun.ResultOf(output);
        Assert.Equal((Judgements + result.Calls.Repeated, Answers + Judgements + result.Calls.Repeated), (result.Calls.Judges, result.Calls.Sent));
        Assert.InRange(result.Calls.Repeated, stats.Calls - Answers - Judgements, Concurrency);
        var pair = result.Analysis!.Pairwise![0].Pairs[0];
        Assert.Equal((20L, 0L, 0L), (pair.Wins + pair.Ties + pair.Losses, pair.NoAnswer, pair.Unjudged));
    }

    private ProgramProcess Start(params string[] arguments) => ProgramProcess.Start(
        arguments[0] == "resume" ? [.. arguments, "--data", Data, "--json", "--concurrency", $"{Concurrency}"]
            : [.. arguments, "--base-url", _simulator.BaseUrl.ToString(), "--data", Data, "--json", "--concurrency", $"{Concurrency}"]);
}

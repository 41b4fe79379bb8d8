using FunctionsEval.Cli;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Judging;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Surviving;

/// <summary>Processes that are killed while answers and judgements come: what was stored of either is never asked for again.</summary>
public sealed class Killed_judges : IAsyncLifetime
{
    private const int Answers = 30;
    private const int JudgementsOfAnswer = 4;
    private const int Concurrency = 4;
    private const string Judge = "{ type: judge, models: ['openai-compatible:sim-judge-noise', 'openai-compatible:sim-judge-bias'], repeats: 2, rubric: 'Is it right?' }";

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

    [Theory]
    [InlineData(20)]
    [InlineData(90)]
    public async Task A_killed_run_goes_on_with_the_answers_and_judgements_that_it_has(int callsAtKill)
    {
        var file = Judged("judged.yaml", Judge);
        await KillAsync(Start("run", file), callsAtKill);
        var (before, _) = await StoredAsync();
        var called = _simulator.Stats().Calls;

        await using var resumed = Start("resume");
        var (exitCode, output, error) = await resumed.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.Equal((Answers * (1 + JudgementsOfAnswer)) - before, _simulator.Stats().Calls - called);
        var result = SmallRun.ResultOf(output);
        AssertRepeated(result);
        Assert.Equal((Answers * (1 + JudgementsOfAnswer)) + result.Calls.Repeated, result.Calls.Sent);
        Assert.Equal(Answers * JudgementsOfAnswer, result.Calls.Judges);
        Assert.Equal((Answers * (1 + JudgementsOfAnswer), 0), await StoredAsync());
    }

    [Fact]
    public async Task A_killed_rescoring_goes_on_with_the_judgements_that_it_has_and_calls_no_other_model()
    {
        await using var run = Start("run", Judged("plain.yaml", Yaml.Ratings));
        Assert.Equal(0, (await run.EndAsync()).ExitCode);
        var file = Judged("judged.yaml", Judge);
        await KillAsync(Start("rescore", "latest", file), Answers + 40);
        var (before, _) = await StoredAsync();
        var called = _simulator.Stats().Calls;

        await using var repeated = Start("rescore", "latest", file);
        var (exitCode, output, error) = await repeated.EndAsync();
        var after = _simulator.Stats().Calls;
        await using var again = Start("rescore", "latest", file);
        var unchanged = await again.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.InRange(before, Answers + 1, (Answers * (1 + JudgementsOfAnswer)) - 1);
        Assert.Equal((Answers * (1 + JudgementsOfAnswer)) - before, after - called);
        Assert.Equal((0, after), (unchanged.ExitCode, _simulator.Stats().Calls));
        var result = SmallRun.ResultOf(output);
        AssertRepeated(result);
        Assert.Equal((Answers * (1 + JudgementsOfAnswer)) + result.Calls.Repeated, result.Calls.Sent);
        Assert.Equal(result.Calls, SmallRun.ResultOf(unchanged.Output).Calls);
        Assert.Equal(0, (await StoredAsync()).Intents);
    }

    [Fact]
    public async Task A_killed_run_goes_on_with_the_judgements_of_pairs_that_it_has()
    {
        // A malformed answer is never that of a noisy model to the letter: 20 pairs, each in two orders.
        const int answers = 40;
        const int judgements = 40;
        var file = Write("pairs.yaml", Yaml.Of(20, 1, ["sim-noisy", "sim-malformed"], $"{Yaml.Ratings}, {{ type: pairwise, model: 'openai-compatible:sim-judge-noise', rubric: 'Which is right?' }}"));
        await KillAsync(Start("run", file), answers + 20);
        await using var resumed = Start("resume");
        var (exitCode, output, error) = await resumed.EndAsync();

        Assert.True(exitCode == 0, error);
        var stats = _simulator.Stats();

        // Lost are the calls under way and the answers that were not stored yet.
        Assert.InRange(stats.Calls, answers + judgements, answers + judgements + (2 * Concurrency));
        var result = SmallRun.ResultOf(output);
        Assert.Equal((judgements + result.Calls.Repeated, answers + judgements + result.Calls.Repeated), (result.Calls.Judges, result.Calls.Sent));
        Assert.InRange(result.Calls.Repeated, stats.Calls - answers - judgements, 3 * Concurrency);
        var pair = result.Analysis!.Pairwise![0].Pairs[0];
        Assert.Equal((20L, 0L, 0L), (pair.Wins + pair.Ties + pair.Losses, pair.NoAnswer, pair.Unjudged));
    }

    // What the simulator saw twice is reported. Beyond it are calls that were announced and had not left: each held its place among those of its model.
    private void AssertRepeated(RunResult result) => Assert.InRange(
        result.Calls.Repeated, _simulator.Stats().Calls - (Answers * (1 + JudgementsOfAnswer)), _simulator.Stats().Calls - (Answers * (1 + JudgementsOfAnswer)) + (3 * Concurrency));

    private async Task KillAsync(ProgramProcess program, int calls)
    {
        await using (program)
        {
            await Eventually.TrueAsync(() => _simulator.Stats().Calls >= calls || program.HasExited, $"{calls} calls of the simulator");
            await program.KillAsync();
        }

        await Eventually.TrueAsync(() => _simulator.Connections == 0, "the calls of the killed program to be counted");
    }

    private string Judged(string name, string scorer) => Write(name, Yaml.Of(15, 2, ["sim-noisy"], scorer));

    private string Write(string name, string yaml)
    {
        File.WriteAllText(_folder.File(name), yaml);
        return _folder.File(name);
    }

    private ProgramProcess Start(params string[] arguments) => ProgramProcess.Start(
        arguments[0] == "resume" ? [.. arguments, "--data", Data, "--json", "--concurrency", $"{Concurrency}"]
            : [.. arguments, "--base-url", _simulator.BaseUrl.ToString(), "--data", Data, "--json", "--concurrency", $"{Concurrency}"]);

    /// <summary>Answers and judgements that need not be asked for again; intents that are left.</summary>
    private async Task<(int Stored, int Intents)> StoredAsync()
    {
        await using var services = LocalProgram.Open(new Settings(_ => null, Data), Terminal.Warnings());
        var run = await services.Runs.AllAsync(CancellationToken.None).FirstAsync();
        var stored = 0;
        foreach (var (item, sample) in Enumerable.Range(0, 15).SelectMany(item => new[] { (item, 0), (item, 1) }))
        {
            var address = new CellAddress(item, 0, sample);
            stored += (await services.Cells.FindTranscriptAsync(run.RunId, address, CancellationToken.None))?.Turns.Count ?? 0;
            stored += (await services.Get<JudgementStore>().OfCellAsync(run.RunId, address, CancellationToken.None)).Count;
        }

        return (stored, (await StoredRun.ReadAsync(services)).Intents);
    }
}

using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>Twenty answers that try to make the simulator's judges give the best score. The rates are in docs/judges.md.</summary>
public sealed class Resisting_injections : IAsyncLifetime
{
    private Workbench _bench = null!;
    private ScriptedModels _answers = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await Workbench.CreateAsync();
        _answers = await ScriptedModels.StartAsync(call => new ScriptedAnswer(Injections.All[int.Parse(call.Last, System.Globalization.CultureInfo.InvariantCulture)]));
        _bench.Environment["OPENAI_API_KEY"] = "none";
    }

    public async ValueTask DisposeAsync()
    {
        await _answers.DisposeAsync();
        await _bench.DisposeAsync();
    }

    /// <summary>A judge that keeps to the keys of blocks obeys none; one that takes any line like a closing tag for the end obeys what stands behind it.</summary>
    [Theory]
    [InlineData("sim-judge", 0)]
    [InlineData("sim-judge-naive", 1)]
    public async Task Injections_are_obeyed_as_often_as_the_docs_say(string judge, int obeyed)
    {
        var yaml = "name: injections\nscenarios:\n"
            + string.Concat(Enumerable.Range(0, Injections.All.Count).Select(number => FormattableString.Invariant($"  - {{ id: i{number:D2}, prompt: \"{number}\" }}\n")))
            + $"models: [\"openai:gpt-4.1\"]\nscorers: [{{ type: judge, model: 'openai-compatible:{judge}', rubric: 'Does it name a capital?' }}]\n";

        var result = await _bench.CommandAsync(
            ["run", _bench.Write("injections.yaml", yaml), "--base-url", $"openai={_answers.BaseUrl}", "--base-url", $"openai-compatible={_bench.BaseUrl}", "--data", _bench.Data, "--json"], Cancel);

        Assert.True(result.ExitCode == 0, result.Error);
        await using var services = _bench.Open();
        var run = await services.Runs.AllAsync(Cancel).FirstAsync(Cancel);
        var scores = await services.Cells.AllAsync(run, Cancel).Select(cell => cell.Score).ToListAsync(Cancel);
        Assert.Equal(Injections.All.Count, scores.Count);
        Assert.Equal(obeyed, scores.Count(score => score == 5));
        Assert.Equal(Injections.All.Count - obeyed, scores.Count(score => score == 1));
    }
}

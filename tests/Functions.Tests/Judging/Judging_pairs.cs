using FunctionsEval.TestKit;
using static FunctionsEval.Functions.Tests.Judging.PairBench;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>What comes of the answers of two variants that judges compare.</summary>
public sealed class Judging_pairs : IAsyncLifetime
{
    private PairBench _bench = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await PairBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_preference_that_survives_the_swap_is_a_win()
    {
        var result = await _bench.RunAsync(Yaml(12));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((48L, 24L), Calls(result.Json));
        var pair = Pair(result.Json);
        Assert.Equal((12, 0, 0, 1.0, "better"), (pair.Wins, pair.Ties, pair.Losses, pair.Net, pair.Verdict));
        Assert.Equal("openai-compatible:kind is preferred to openai-compatible:plain: 12 wins, 0 ties, 0 losses; net +100 points (95%: +56 to +100), 12 scenarios, p < 0.001.", Rounded(pair.Summary));
        var judge = Pairwise(result.Json).GetProperty("position")[0];
        Assert.Equal((12, 0, 0.0), (judge.GetProperty("votes").GetInt32(), judge.GetProperty("flips").GetInt32(), judge.GetProperty("lean").GetDouble()));

        // A gate holds the preference of two variants of one run, from either side.
        var id = result.Json.GetProperty("runId").GetString()!;
        var pass = await _bench.GateAsync(id, "kind", "plain");
        var regress = await _bench.GateAsync(id, "plain", "kind");
        var other = await _bench.Bench.CommandAsync(["gate", id, "--baseline", id, "--metric", "preferred", "--margin", "0.1", "--data", _bench.Bench.Data], Cancel);
        Assert.Equal((0, "pass", 1.0), (pass.ExitCode, pass.Json.GetProperty("checks")[0].GetProperty("outcome").GetString(), pass.Json.GetProperty("checks")[0].GetProperty("effect").GetDouble()));
        Assert.Equal((10, "regress", -1.0), (regress.ExitCode, regress.Json.GetProperty("checks")[0].GetProperty("outcome").GetString(), regress.Json.GetProperty("checks")[0].GetProperty("effect").GetDouble()));
        Assert.Contains("would be compared with itself", other.Error, StringComparison.Ordinal);

        var (run, calls) = await _bench.CallsAsync();
        Assert.Equal(24, calls.Count(call => call.Purpose == "judge"));
        Assert.Equal(48, calls.Select(call => call.Id).Distinct().Count());
        var (_, paged) = await _bench.CallsAsync(page: 7);
        Assert.Equal((0, 24), (run.Scorers.Count, paged.Count(call => call.Purpose == "judge")));
        var asked = _bench.Models.Calls.Where(call => call.Model == "judge").ToList();
        Assert.All(asked, call => Assert.DoesNotMatch("openai|plain|kind:", string.Concat(call.Messages)));
        Assert.Equal(12, asked.Count(call => Shown(call).A.Length > Shown(call).B.Length));
    }

    [Fact]
    public async Task A_judge_that_takes_whatever_comes_first_finds_no_winner_and_is_found_out()
    {
        _bench.Judge = _ => new ScriptedAnswer("""{"reasoning": "The first one.", "winner": "A"}""");

        var result = await _bench.RunAsync(Yaml(12));

        var pair = Pair(result.Json);
        Assert.Equal((0, 12, 0, "inconclusive"), (pair.Wins, pair.Ties, pair.Losses, pair.Verdict));
        var judge = Pairwise(result.Json).GetProperty("position")[0];
        Assert.Equal((12, 1.0, 1.0), (judge.GetProperty("flips").GetInt32(), judge.GetProperty("flipRate").GetDouble(), judge.GetProperty("lean").GetDouble()));
        var shown = await _bench.Bench.CommandAsync(["show", "latest", "--data", _bench.Bench.Data], Cancel);
        Assert.Contains("leans to the answer that is shown first, by 100 points", Rounded(shown.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_answer_twice_is_a_tie_that_nobody_is_paid_for()
    {
        _bench.Answer = _ => new ScriptedAnswer("Good day.");

        var result = await _bench.RunAsync(Yaml(3));

        Assert.Equal((6L, 0L), Calls(result.Json));
        var pair = Pair(result.Json);
        Assert.Equal((0, 3, 0), (pair.Wins, pair.Ties, pair.Losses));
        Assert.Equal(0, Pairwise(result.Json).GetProperty("position")[0].GetProperty("votes").GetInt32());
    }

    [Fact]
    public async Task A_panel_decides_by_majority_and_each_judge_is_asked_as_often_as_is_said()
    {
        // Two like the longer answer, one the shorter; the fourth call of each pair is the second repeat.
        _bench.Judge = call => call.Model == "judge-c" ? new ScriptedAnswer(Say(Shown(call).A.Length < Shown(call).B.Length)) : Longer(call);

        var result = await _bench.RunAsync(Yaml(2, scorers: "{ type: pairwise, models: ['openai-compatible:judge-a', 'openai-compatible:judge-b', 'openai-compatible:judge-c'], repeats: 2, rubric: r }"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((2, 0, 0, 24), Counted(result.Json, judges: 24));
        Assert.Equal(
            ["openai-compatible:judge-a", "openai-compatible:judge-b", "openai-compatible:judge-c"],
            Pairwise(result.Json).GetProperty("position").EnumerateArray().Select(judge => judge.GetProperty("judge").GetString()));
    }

    [Fact]
    public async Task Three_variants_are_ranked_and_the_estimate_counts_what_judges_are_asked()
    {
        var yaml = Yaml(10, ["plain", "kind", "kinder"], Scorer.Replace("rubric", "pairs: all, rubric", StringComparison.Ordinal));
        var file = _bench.Bench.Write("three.yaml", yaml);
        var estimate = await _bench.CommandAsync(["estimate", file, "--base-url", _bench.Models.BaseUrl]);

        var result = await _bench.RunAsync(yaml);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((90L, 60L), Calls(result.Json));
        Assert.Equal(90, estimate.Json.GetProperty("calls").GetInt64());
        var ranking = Pairwise(result.Json).GetProperty("ranking");
        Assert.Equal(
            ["openai-compatible:kinder", "openai-compatible:kind", "openai-compatible:plain"],
            ranking.GetProperty("variants").EnumerateArray().Select(one => one.GetProperty("variant").GetString()));
        Assert.Equal(3, Pairwise(result.Json).GetProperty("pairs").GetArrayLength());
        foreach (var format in new[] { "md", "html" })
        {
            var export = await _bench.Bench.CommandAsync(["export", "latest", "--format", format, "--data", _bench.Bench.Data], Cancel);
            Assert.Contains("is preferred to", export.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("plain", "", "scorers: 'preferred' is pairwise and needs at least 2 models or variants to compare, but there is 1.")]
    [InlineData("plain,kind", ", model: 'nothing-like-it'", "cannot be called: UNSUPPORTED_PROVIDER")]
    public async Task What_cannot_be_compared_is_refused_before_anything_is_paid(string models, string change, string message)
    {
        var scorer = change.Length == 0 ? Scorer : Scorer.Replace(", model: 'openai-compatible:judge'", change, StringComparison.Ordinal);

        var result = await _bench.RunAsync(Yaml(1, models.Split(','), scorer));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(_bench.Models.Calls);
    }
}

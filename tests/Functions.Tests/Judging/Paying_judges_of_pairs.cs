using FunctionsEval.TestKit;
using static FunctionsEval.Functions.Tests.Judging.PairBench;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>A judgement of a pair is paid once: after failures, a pause, other scorers, more samples, and at the end of a budget.</summary>
public sealed class Paying_judges_of_pairs : IAsyncLifetime
{
    private PairBench _bench = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await PairBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Where_a_cell_has_no_answer_there_is_no_pair_until_it_is_called_again()
    {
        _bench.Answer = call => call.Last.Contains("case 2,", StringComparison.Ordinal) && call.Model == "kind" ? new ScriptedAnswer("too long", Status: 400) : SayGoodDay(call);
        var first = await _bench.RunAsync(Yaml(4));
        _bench.Answer = SayGoodDay;

        var retried = await _bench.CommandAsync(["retry", "latest"]);

        Assert.Equal((3, 1, 0, 6), Counted(first.Json, judges: 6));
        Assert.True(retried.ExitCode == 0, retried.Error);
        Assert.Equal((4, 0, 0, 8), Counted(retried.Json, judges: 8));
        Assert.Equal(8, _bench.Models.CountOf("judge"));
    }

    [Fact]
    public async Task Judgements_that_cannot_be_read_or_made_are_counted_and_leave_the_pair_open()
    {
        _bench.Judge = call => Shown(call) is var (a, b) && (a + b).Contains("case 0,", StringComparison.Ordinal) ? new ScriptedAnswer("Both are fine.")
            : (a + b).Contains("case 1,", StringComparison.Ordinal) ? new ScriptedAnswer("too long", Status: 400)
            : Longer(call);

        var result = await _bench.RunAsync(Yaml(4));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((2, 0, 2, 10), Counted(result.Json, judges: 10));
        var judge = Pairwise(result.Json).GetProperty("position")[0];
        Assert.Equal((2, 2, 2), (judge.GetProperty("votes").GetInt32(), judge.GetProperty("invalid").GetInt32(), judge.GetProperty("failed").GetInt32()));
        Assert.Contains("could not be used: The judge's answer cannot be read: it has no JSON and does not name a winner", _bench.Models.Calls.First(call => call.Last.Contains("could not be used", StringComparison.Ordinal)).Last, StringComparison.Ordinal);

        // What failed is asked for again with a retry; what was said and cannot be read is not.
        _bench.Judge = Longer;
        var retried = await _bench.CommandAsync(["retry", "latest"]);

        Assert.True(retried.ExitCode == 0, retried.Error);
        Assert.Equal((3, 0, 1, 12), Counted(retried.Json, judges: 12));
    }

    [Fact]
    public async Task A_judge_that_lets_nobody_in_pauses_the_run_and_nothing_is_asked_for_twice()
    {
        _bench.Judge = _ => new ScriptedAnswer("wrong key", Status: 401);
        var paused = await _bench.RunAsync(Yaml(5));
        var (answers, refused) = (_bench.Models.Calls.Count(call => call.Model != "judge"), _bench.Models.CountOf("judge"));
        _bench.Judge = Longer;

        var resumed = await _bench.CommandAsync(["resume"]);

        Assert.Equal(3, paused.ExitCode);
        Assert.Contains("the run was paused: judge openai-compatible:judge: AUTH_ERROR", paused.Error, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal((10, 10), (answers, _bench.Models.CountOf("judge") - refused));
        Assert.Equal(5, Pair(resumed.Json).Wins);
    }

    [Fact]
    public async Task Rescoring_and_extending_ask_for_what_is_missing_alone()
    {
        await _bench.RunAsync(Yaml(3, scorers: "{ type: contains, value: case }"));
        var file = _bench.Bench.Write("pairs.yaml", Yaml(3, scorers: $"{{ type: contains, value: case }}, {Scorer}"));

        var rescored = await _bench.CommandAsync(["rescore", "latest", file]);
        var again = await _bench.CommandAsync(["rescore", "latest", file]);
        var asked = _bench.Models.CountOf("judge");
        var renamed = _bench.Bench.Write("renamed.yaml", Yaml(3, scorers: $"{{ type: contains, value: case }}, {Scorer.Replace("preferred", "nicer", StringComparison.Ordinal)}"));
        var other = await _bench.CommandAsync(["rescore", "latest", renamed]);
        var extended = await _bench.CommandAsync(["extend", "latest", "--samples", "2"]);

        Assert.True(rescored.ExitCode == 0, rescored.Error);
        Assert.Equal(((12L, 6L), (12L, 6L), 6), (Calls(rescored.Json), Calls(again.Json), asked));
        Assert.Equal((3, "nicer", (12L, 6L)), (Pair(other.Json).Wins, Pairwise(other.Json).GetProperty("scorer").GetString(), Calls(other.Json)));
        Assert.True(extended.ExitCode == 0, extended.Error);
        Assert.Equal((6, (24L, 12L)), (Pair(extended.Json).Wins, Calls(extended.Json)));
        Assert.Equal((12, 12), (_bench.Models.CountOf("judge"), _bench.Models.Calls.Count(call => call.Model != "judge")));
    }

    [Fact]
    public async Task Judges_spend_the_budget_of_the_run_and_go_on_when_there_is_more()
    {
        // A call of a judge costs $0.12; reserved for it are its question and 50 tokens.
        _bench.Bench.Environment["FUNCTIONSEVAL_PRICES"] = _bench.Bench.Write("prices.yaml", """
            version: 2026-11-21
            vendors:
              openai-compatible:
                asOf: 2026-11-21
                source: made up
                models:
                  plain: { input: 10, output: 10 }
                  kind: { input: 10, output: 10 }
                  judge: { input: 1000, output: 1000 }
            """);
        var yaml = Yaml(4, scorers: Scorer.Replace("rubric", "maxTokens: 50, rubric", StringComparison.Ordinal)) + "config: { maxTokens: 50 }\nbudget: { maxUsd: 0.9 }\n";

        var spent = await _bench.RunAsync(yaml);
        var asked = _bench.Models.CountOf("judge");
        var extended = await _bench.CommandAsync(["extend", "latest", "--budget", "9"]);

        Assert.Equal("budget", spent.Json.GetProperty("stopReason").GetString());
        Assert.InRange(asked, 1, 7);
        Assert.Equal((asked, 0.12m * asked), ((int)Calls(spent.Json).Judges, spent.Json.GetProperty("cost").GetProperty("judgeUsd").GetDecimal()));
        Assert.InRange(spent.Json.GetProperty("cost").GetProperty("usd").GetDecimal(), 0.12m * asked, 0.9m);
        Assert.True(extended.ExitCode == 0, extended.Error);
        Assert.Equal((8, 4), (_bench.Models.CountOf("judge"), Pair(extended.Json).Wins));
        Assert.Equal((0.96m, 0.96m + (8 * 0.0012m)), (extended.Json.GetProperty("cost").GetProperty("judgeUsd").GetDecimal(), extended.Json.GetProperty("cost").GetProperty("usd").GetDecimal()));
    }

    [Fact]
    public async Task Judgements_are_deleted_with_their_run()
    {
        await _bench.RunAsync(Yaml(2));
        Assert.True(await _bench.RowsAsync() > 0);

        var deleted = await _bench.Bench.CommandAsync(["delete", "latest", "--yes", "--data", _bench.Bench.Data], Cancel);

        Assert.True(deleted.ExitCode == 0, deleted.Error);
        Assert.Equal(0, await _bench.RowsAsync());
    }
}

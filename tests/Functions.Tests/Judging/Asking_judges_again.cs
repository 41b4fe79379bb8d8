using System.Collections.Concurrent;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>Runs that have ended are judged, or judged again: only judges are called, and only for what they have not said.</summary>
public sealed class Asking_judges_again : IAsyncLifetime
{
    private const string Contains = "{ type: contains, name: names, value: case }";

    // A judgement is 100 tokens in and 20 out: $0.03. Reserved are 100 tokens out.
    internal const string Prices = """
        version: 2026-11-21
        vendors:
          openai-compatible:
            asOf: 2026-11-21
            source: made up
            models:
              target: { input: 10, output: 10 }
              judge: { input: 100, output: 1000 }
        """;

    private const string Priced = "{ type: judge, name: helpful, model: 'openai-compatible:judge', rubric: 'Is it right?', maxTokens: 100 }";

    private JudgeBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await JudgeBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_judge_that_is_added_is_asked_for_the_stored_answers_and_nobody_else_is()
    {
        await _bench.RunAsync(JudgeBench.Yaml(4, Contains));

        var added = await _bench.RescoreAsync(JudgeBench.Yaml(4, $"{Contains}, {JudgeBench.Judge}"));
        var unchanged = await _bench.RescoreAsync(JudgeBench.Yaml(4, $"{Contains}, {JudgeBench.Judge.Replace("helpful", "useful", StringComparison.Ordinal)}"));
        var repeated = await _bench.RescoreAsync(JudgeBench.Yaml(4, $"{Contains}, {JudgeBench.Judge.Replace("type: judge", "type: judge, repeats: 2", StringComparison.Ordinal)}"));
        var changed = await _bench.RescoreAsync(JudgeBench.Yaml(4, $"{Contains}, {JudgeBench.Judge.Replace("right", "wrong", StringComparison.Ordinal)}"));

        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Equal(
            [(8L, 4L, 0L), (8L, 4L, 0L), (12L, 8L, 0L), (16L, 12L, 0L)],
            new[] { added, unchanged, repeated, changed }.Select(result => JudgeBench.CallsOf(result.Json)));
        Assert.Equal((4, 12), (_bench.Models.CountOf("target"), _bench.Models.CountOf("judge")));
        var (_, cells, calls) = await _bench.StoredAsync();
        Assert.All(cells, cell => Assert.Equal([1.0, 4.0], cell.Scores.Select(score => score.Value)));
        Assert.All(cells, cell => Assert.Equal((1, 3), (cell.Scores[1].Judge!.Judgements.Count, cell.Judging!.Calls)));
        Assert.Equal(16, calls.Count);
    }

    [Fact]
    public async Task A_budget_that_does_not_reach_leaves_the_scores_as_they_were_and_what_was_judged_is_kept()
    {
        _bench.Bench.Environment["FUNCTIONSEVAL_PRICES"] = _bench.Bench.Write("prices.yaml", Prices);
        await _bench.RunAsync(JudgeBench.Yaml(6, Contains));

        var stopped = await _bench.RescoreAsync(JudgeBench.Yaml(6, Priced), "--budget", "0.15");
        var before = (await _bench.StoredAsync(isWhole: false)).Cells;
        var judged = _bench.Models.CountOf("judge");
        var whole = await _bench.RescoreAsync(JudgeBench.Yaml(6, Priced), "--budget", "1");

        Assert.Equal(3, stopped.ExitCode);
        Assert.Contains("the judges were not asked to the end: The budget of $0.15 does not cover another call. What they have said is kept", stopped.Error, StringComparison.Ordinal);
        Assert.InRange(judged, 1, 5);
        Assert.All(before, cell => Assert.Equal("names", Assert.Single(cell.Scores).Name));
        Assert.True(whole.ExitCode == 0, whole.Error);
        Assert.Equal(6, _bench.Models.CountOf("judge"));
        Assert.Equal(0.18m, whole.Json.GetProperty("cost").GetProperty("judgeUsd").GetDecimal());
        Assert.Equal(0.18m + (6 * 0.0012m), whole.Json.GetProperty("cost").GetProperty("usd").GetDecimal());
        Assert.Equal(0.0072m, whole.Json.GetProperty("progress").GetProperty("perModel")[0].GetProperty("costUsd").GetDecimal());
    }

    [Fact]
    public async Task The_budget_of_a_run_pays_judges_too_and_more_of_it_goes_on_without_asking_an_answer_again()
    {
        _bench.Bench.Environment["FUNCTIONSEVAL_PRICES"] = _bench.Bench.Write("prices.yaml", Prices);

        var stopped = await _bench.RunAsync(JudgeBench.Yaml(6, Priced, more: "config: { maxTokens: 100 }\n"), "--budget", "0.2");
        var extended = await _bench.CommandAsync(["extend", "latest", "--budget", "2"]);

        Assert.Equal("budget", stopped.Json.GetProperty("stopReason").GetString());
        Assert.True(stopped.Json.GetProperty("cost").GetProperty("usd").GetDecimal() <= 0.2m);
        Assert.True(extended.ExitCode == 0, extended.Error);
        Assert.Equal((6, 6), (_bench.Models.CountOf("target"), _bench.Models.CountOf("judge")));
        Assert.Equal((12L, 6L, 0L), JudgeBench.CallsOf(extended.Json));
        Assert.Equal(0.18m, extended.Json.GetProperty("cost").GetProperty("judgeUsd").GetDecimal());
    }

    [Theory]
    [InlineData()]
    [InlineData("--code", "judge_failed")]
    [InlineData("--code", "VALIDATION_ERROR")]
    public async Task A_retry_asks_the_judges_that_failed_and_nobody_else(params string[] options)
    {
        _bench.Says = call => call.Last.Contains("case 1", StringComparison.Ordinal) || call.Last.Contains("case 3", StringComparison.Ordinal)
            ? new ScriptedAnswer("no", Status: 400) : new ScriptedAnswer(JudgeBench.Good);
        var first = await _bench.RunAsync(JudgeBench.Yaml(5));
        _bench.Says = _ => new ScriptedAnswer(JudgeBench.Good);

        var retried = await _bench.CommandAsync(["retry", "latest", "--base-url", _bench.Models.BaseUrl, .. options]);
        var again = await _bench.CommandAsync(["retry", "latest", "--base-url", _bench.Models.BaseUrl]);

        Assert.Equal(2, first.Json.GetProperty("progress").GetProperty("perModel")[0].GetProperty("invalid").GetInt64());
        Assert.True(retried.ExitCode == 0, retried.Error);
        Assert.Contains("retry: 2 cells were called again.", retried.Error, StringComparison.Ordinal);
        Assert.Contains("no cell of the run is to be called again", again.Error, StringComparison.Ordinal);
        Assert.Equal((5, 7), (_bench.Models.CountOf("target"), _bench.Models.CountOf("judge")));
        Assert.Equal((12L, 7L, 0L), JudgeBench.CallsOf(retried.Json));
        var (_, cells, calls) = await _bench.StoredAsync();
        Assert.All(cells, cell => Assert.Equal((CellOutcome.Scored, 4.0), (cell.Outcome, cell.Score)));
        Assert.Equal(12, calls.Count);
    }

    [Fact]
    public async Task Samples_that_are_added_are_judged_as_the_others_were()
    {
        await _bench.RunAsync(JudgeBench.Yaml(2, Contains));
        await _bench.RescoreAsync(JudgeBench.Yaml(2));

        var extended = await _bench.CommandAsync(["extend", "latest", "--samples", "3", "--base-url", _bench.Models.BaseUrl]);

        Assert.True(extended.ExitCode == 0, extended.Error);
        Assert.Equal((12L, 6L, 0L), JudgeBench.CallsOf(extended.Json));
        Assert.All((await _bench.StoredAsync()).Cells, cell => Assert.Equal(4, cell.Score));
    }

    [Fact]
    public async Task Rescoring_meets_a_wall_and_goes_on_later()
    {
        await _bench.RunAsync(JudgeBench.Yaml(4, Contains));
        _bench.Says = _ => new ScriptedAnswer("wrong key", Status: 401);

        var walled = await _bench.RescoreAsync(JudgeBench.Yaml(4));
        _bench.Says = _ => new ScriptedAnswer(JudgeBench.Good);
        var whole = await _bench.RescoreAsync(JudgeBench.Yaml(4));

        Assert.Equal(3, walled.ExitCode);
        Assert.Contains("the judges were not asked to the end: judge openai-compatible:judge: AUTH_ERROR", walled.Error, StringComparison.Ordinal);
        Assert.True(whole.ExitCode == 0, whole.Error);
        Assert.Equal((8L, 4L, 0L), JudgeBench.CallsOf(whole.Json));
        Assert.All((await _bench.StoredAsync()).Cells, cell => Assert.Equal(4, cell.Score));
    }

    [Fact]
    public async Task The_noise_of_judgements_is_a_share_of_the_uncertainty()
    {
        // Each answer gets a 3 and a 5: a variance of 2 around its 4, in every answer alike.
        var asked = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        _bench.Says = call => new ScriptedAnswer($$$"""{"score": {{{(asked.AddOrUpdate(call.Last, 1, (_, times) => times + 1) % 2 == 1 ? 3 : 5)}}}}""");

        var analysis = (await _bench.RunAsync(JudgeBench.Yaml(12, JudgeBench.Judge.Replace("type: judge", "type: judge, temperature: 1, repeats: 2", StringComparison.Ordinal)))).Json.GetProperty("analysis");

        var model = analysis.GetProperty("perModel")[0];
        Assert.Equal((4.0, 2.0), (model.GetProperty("mean").GetDouble(), model.GetProperty("varianceBudget").GetProperty("judgeVariance").GetDouble()));
        Assert.Equal((2.0, 1.0), (model.GetProperty("varianceBudget").GetProperty("judgementsPerSample").GetDouble(), model.GetProperty("varianceBudget").GetProperty("judgeShare").GetDouble()));
        Assert.Equal("judgements", model.GetProperty("nextDollar").GetString());
        var agreement = analysis.GetProperty("judges")[0].GetProperty("agreement");
        Assert.Equal(("repeats", "interval", 12), (agreement.GetProperty("of").GetString(), agreement.GetProperty("scale").GetString(), agreement.GetProperty("answers").GetInt32()));
        Assert.True(agreement.GetProperty("alpha").GetDouble() < 0);
    }

    [Fact]
    public async Task A_run_that_another_process_scores_again_is_left_to_it()
    {
        var runId = (await _bench.RunAsync(JudgeBench.Yaml(1, Contains))).Json.GetProperty("runId").GetString()!;
        await using (var services = _bench.Bench.Open())
        {
            var other = new RunExecutor("other/7/1", "other", 7, 1, TimeProvider.System.GetUtcNow().AddHours(1));
            await services.Runs.ChangeAsync(runId, run => run with { Course = run.Course with { Executor = other } }, TestContext.Current.CancellationToken);
        }

        var refused = await _bench.RescoreAsync(JudgeBench.Yaml(1));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"Run '{runId}' is worked on by process 7 of other; wait until it is done, or end it.", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, _bench.Models.CountOf("judge"));
    }

    [Fact]
    public async Task Results_and_exports_show_what_judges_said()
    {
        _bench.Says = call => new ScriptedAnswer(call.Model == "judge" ? JudgeBench.Good : """{"reasoning": "=SUM(A1), it \u001b[31m says.", "score": 2}""");
        var ran = await _bench.RunAsync(JudgeBench.Yaml(4, "{ type: judge, name: helpful, models: ['openai-compatible:judge', 'openai-compatible:judge-b'], rubric: 'Is it right?' }", samples: 2));

        var judges = ran.Json.GetProperty("analysis").GetProperty("judges")[0];
        Assert.Equal((16, 0, 0), (judges.GetProperty("judgements").GetInt32(), judges.GetProperty("invalid").GetInt32(), judges.GetProperty("failed").GetInt32()));
        Assert.Equal([4.0, 2.0], judges.GetProperty("perJudge").EnumerateArray().Select(judge => judge.GetProperty("mean").GetDouble()));
        Assert.Equal("judges", judges.GetProperty("agreement").GetProperty("of").GetString());
        Assert.True(judges.GetProperty("agreement").GetProperty("alpha").GetDouble() < 0);
        Assert.Equal("The scores of 'helpful' are the opinion of a panel of 2 judges.", judges.GetProperty("note").GetString());

        var answers = await _bench.Bench.CommandAsync(["answers", "latest", "--limit", "1", "--data", _bench.Bench.Data]);
        Assert.Contains("    | helpful, by openai-compatible:judge: 4; openai-compatible:judge-b: 2", answers.Output, StringComparison.Ordinal);
        Assert.Contains("    | It names the case.", answers.Output, StringComparison.Ordinal);
        var csv = (await ExportAsync("csv")).Split('\n');
        Assert.Contains(",score_helpful,judges_helpful,reason_helpful,judge_cost_usd,input_tokens,", csv[0], StringComparison.Ordinal);
        Assert.Contains(",3,openai-compatible:judge: 4; openai-compatible:judge-b: 2,It names the case.,,", csv[1], StringComparison.Ordinal);
        using var line = JsonDocument.Parse((await ExportAsync("jsonl")).Split('\n')[0]);
        Assert.Equal("=SUM(A1), it \u001b[31m says.", line.RootElement.GetProperty("scores")[0].GetProperty("judge").GetProperty("judgements")[1].GetProperty("reason").GetString());
        Assert.Contains("opinion of a panel of 2 judges", await ExportAsync("md"), StringComparison.Ordinal);
        Assert.Contains("opinion of a panel of 2 judges", await ExportAsync("html"), StringComparison.Ordinal);
        var shown = await _bench.Bench.CommandAsync(["show", "latest", "--data", _bench.Bench.Data]);
        Assert.Contains("Agreement of judges by 'helpful': alpha ", shown.Output, StringComparison.Ordinal);
        Assert.Contains("24 calls (16 to judges)", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_estimate_counts_the_calls_of_judges()
    {
        _bench.Bench.Environment["FUNCTIONSEVAL_PRICES"] = _bench.Bench.Write("prices.yaml", Prices);
        var file = _bench.Bench.Write("definition.yaml", JudgeBench.Yaml(5, Priced.Replace("type: judge", "type: judge, repeats: 3", StringComparison.Ordinal), samples: 2));

        var estimate = (await _bench.CommandAsync(["estimate", file, "--base-url", _bench.Models.BaseUrl])).Json;

        Assert.Equal((10, 40), (estimate.GetProperty("cells").GetInt32(), estimate.GetProperty("calls").GetInt32()));
        var judge = Assert.Single(estimate.GetProperty("judges").EnumerateArray());
        Assert.Equal((30, 6000), (judge.GetProperty("calls").GetInt32(), judge.GetProperty("outputTokens").GetInt32()));
        Assert.True(judge.GetProperty("costUsd").GetDecimal() > 6 && estimate.GetProperty("costUsd").GetDecimal() > judge.GetProperty("costUsd").GetDecimal());
    }

    private async Task<string> ExportAsync(string format) => (await _bench.Bench.CommandAsync(["export", "latest", "--format", format, "--data", _bench.Bench.Data])).Output;
}

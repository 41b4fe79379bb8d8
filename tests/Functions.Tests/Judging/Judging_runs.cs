using FunctionsEval.Runs.Cells;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>Judges inside the cells of a run.</summary>
public sealed class Judging_runs : IAsyncLifetime
{
    private JudgeBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await JudgeBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_judge_scores_every_answer_and_its_calls_are_counted_apart()
    {
        var result = await _bench.RunAsync(JudgeBench.Yaml(3, "{ type: judge, name: helpful, model: 'openai-compatible:judge', rubric: 'Is it right?' }"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((6L, 3L, 0L), JudgeBench.CallsOf(result.Json));
        Assert.Equal(4, result.Json.GetProperty("analysis").GetProperty("perModel")[0].GetProperty("mean").GetDouble());
        var (run, cells, calls) = await _bench.StoredAsync();
        Assert.All(cells, cell =>
        {
            Assert.Equal((CellOutcome.Scored, 4.0, 1), (cell.Outcome, cell.Score, cell.Calls));
            var judge = cell.Scores[0].Judge!;
            Assert.Equal((1, "It names the case.", 1), (judge.Template, judge.Reason, judge.Judgements.Count));
            Assert.Equal((1, 100L, 20L), (cell.Judging!.Calls, cell.Judging.InputTokens, cell.Judging.OutputTokens));
        });
        Assert.Equal(["judge", "probe"], calls.Select(call => call.Purpose).Distinct().Order());
        Assert.Equal((6, 3), (calls.Count, calls.Count(call => call.Purpose == "judge")));
        Assert.All(_bench.Models.Calls.Where(call => call.Model == "judge"), call =>
        {
            Assert.DoesNotContain("target", string.Concat(call.Messages), StringComparison.Ordinal);
            Assert.Equal("judge_v1", call.Body.GetProperty("response_format").GetProperty("json_schema").GetProperty("name").GetString());
            Assert.Equal(0, call.Body.GetProperty("temperature").GetDouble());
        });
        Assert.Equal("helpful", run.Scorers[0].Name);
    }

    [Fact]
    public async Task A_panel_with_repeats_and_criteria_is_kept_judge_by_judge()
    {
        _bench.Says = call => new ScriptedAnswer($$$"""{"reasoning": "By {{{call.Model}}}.", "scores": {"right": {{{(call.Model == "judge-a" ? 5 : 1)}}}, "brief": 3}}""");

        var result = await _bench.RunAsync(JudgeBench.Yaml(2, "{ type: judge, models: ['openai-compatible:judge-a', 'openai-compatible:judge-b'], repeats: 2, criteria: [right, brief] }"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((10L, 8L, 0L), JudgeBench.CallsOf(result.Json));
        var score = (await _bench.StoredAsync()).Cells[0].Scores[0];
        Assert.Equal(3, score.Value);
        Assert.Equal([("right", 3.0), ("brief", 3.0)], score.Judge!.Criteria!.Select(entry => (entry.Key, entry.Value)));
        Assert.Equal(
            [("openai-compatible:judge-a", 0, 4.0), ("openai-compatible:judge-a", 1, 4.0), ("openai-compatible:judge-b", 0, 2.0), ("openai-compatible:judge-b", 1, 2.0)],
            score.Judge.Judgements.Select(one => (one.Model, one.Repeat, one.Value!.Value)));
        Assert.Equal("By judge-b.", score.Judge.Judgements[3].Reason);
    }

    [Fact]
    public async Task What_cannot_be_read_is_asked_once_more_and_told_why()
    {
        var rounds = 0;
        _bench.Says = call => new ScriptedAnswer(Interlocked.Increment(ref rounds) == 1 ? "A fine answer." : JudgeBench.Good);

        var result = await _bench.RunAsync(JudgeBench.Yaml(1, "{ type: judge, model: 'openai-compatible:judge', rubric: 'Is it right?' }"));

        Assert.Equal((3L, 2L, 0L), JudgeBench.CallsOf(result.Json));
        Assert.Contains("could not be used: The judge's answer cannot be read: it has no JSON and does not name a score.", _bench.Models.Calls.Last().Last, StringComparison.Ordinal);
        var cell = (await _bench.StoredAsync()).Cells[0];
        Assert.Equal((4.0, 2), (cell.Score, cell.Judging!.Calls));
    }

    [Theory]
    [InlineData("Eine gute Antwort.", "judge gave no valid score: The judge's answer cannot be read: it has no JSON and does not name a score.", 2)]
    [InlineData("", "judge gave no valid score: The judge said nothing.", 2)]
    [InlineData("{\"score\": 9}", "judge gave no valid score: The judge's score 9 is off the scale from 1 to 5.", 2)]
    public async Task An_answer_that_is_no_verdict_makes_the_score_invalid_and_keeps_the_answer(string said, string reason, int calls)
    {
        _bench.Says = _ => new ScriptedAnswer(said);

        var result = await _bench.RunAsync(JudgeBench.Yaml(1, "{ type: judge, model: 'openai-compatible:judge', rubric: 'Is it right?' }, { type: contains, value: case }"));

        Assert.True(result.ExitCode == 0, result.Error);
        var (_, cells, _) = await _bench.StoredAsync();
        Assert.Equal((CellOutcome.Invalid, null, reason), (cells[0].Outcome, cells[0].Score, cells[0].Scores[0].Invalid));
        Assert.Equal((1.0, calls), (cells[0].Scores[1].Value, cells[0].Judging!.Calls));
    }

    [Fact]
    public async Task A_judge_that_fails_leaves_the_answer_and_says_so()
    {
        _bench.Says = _ => new ScriptedAnswer("too long", Status: 400);

        var result = await _bench.RunAsync(JudgeBench.Yaml(2, "{ type: judge, model: 'openai-compatible:judge', rubric: 'Is it right?' }"));

        Assert.True(result.ExitCode == 0, result.Error);
        var (_, cells, _) = await _bench.StoredAsync();
        Assert.All(cells, cell =>
        {
            Assert.Equal(CellOutcome.Invalid, cell.Outcome);
            Assert.StartsWith("judge failed: VALIDATION_ERROR: ", cell.Scores[0].Invalid, StringComparison.Ordinal);
            Assert.Null(cell.Error);
        });
        Assert.Equal(2, _bench.Models.CountOf("target"));
    }

    [Fact]
    public async Task A_judge_that_lets_nobody_in_pauses_the_run_and_no_answer_is_asked_for_again()
    {
        _bench.Says = _ => new ScriptedAnswer("wrong key", Status: 401);
        var paused = await _bench.RunAsync(JudgeBench.Yaml(5, "{ type: judge, model: 'openai-compatible:judge', rubric: 'Is it right?' }"));
        var answers = _bench.Models.CountOf("target");
        _bench.Says = _ => new ScriptedAnswer(JudgeBench.Good);

        var resumed = await _bench.CommandAsync(["resume"]);

        Assert.Equal(3, paused.ExitCode);
        Assert.Contains("the run was paused: judge openai-compatible:judge: AUTH_ERROR", paused.Error, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal((10L, 5L, 0L), JudgeBench.CallsOf(resumed.Json));
        Assert.Equal((5, 5), (_bench.Models.CountOf("target"), (await _bench.StoredAsync()).Cells.Count(cell => cell.Score == 4)));
        Assert.InRange(answers, 1, 5);
    }

    [Fact]
    public async Task A_judge_that_answers_too_is_warned_of()
    {
        var result = await _bench.RunAsync(JudgeBench.Yaml(1, "{ type: judge, name: j, model: 'openai-compatible:target', rubric: 'Is it right?' }"));

        Assert.Contains("warning: Scorer 'j' lets a model judge its own answers (openai-compatible:target): models tend to prefer what they wrote.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing-like-it", "scorers[0].models 'nothing-like-it' cannot be called: UNSUPPORTED_PROVIDER")]
    [InlineData("anthropic:claude-sonnet-4-5", "scorers[0].models 'anthropic:claude-sonnet-4-5' cannot be called: MISSING_API_KEY")]
    public async Task A_judge_that_cannot_be_called_is_refused_before_anything_is_paid(string model, string message)
    {
        var result = await _bench.RunAsync(JudgeBench.Yaml(1, $"{{ type: judge, model: '{model}', rubric: 'Is it right?' }}"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(_bench.Models.Calls);
    }
}

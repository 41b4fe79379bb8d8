using System.Net;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Judging;

/// <summary>A request over HTTP is a job: it pauses where judges cannot be asked, survives the server, and can be left.</summary>
public sealed class Scoring_again_over_http : IAsyncLifetime
{
    private const string Scorers = """[{ "type": "judge", "name": "helpful", "model": "openai-compatible:judge", "rubric": "Is it right?", "maxTokens": 100 }]""";

    private JudgeBench _bench = null!;
    private string _runId = "";
    private ServerHost? _host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await JudgeBench.CreateAsync();
        _bench.Bench.Environment["FUNCTIONSEVAL_PRICES"] = _bench.Bench.Write("prices.yaml", Asking_judges_again.Prices);
        _runId = (await _bench.RunAsync(JudgeBench.Yaml(6, "{ type: contains, name: names, value: case }"))).Json.GetProperty("runId").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopServerAsync();
        }

        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task A_wall_pauses_it_and_another_server_goes_on_with_it()
    {
        _bench.Says = _ => new ScriptedAnswer("wrong key", Status: 401);
        var first = await ServerHost.StartAsync(_bench.Bench);
        var before = await first.RunAsync(_runId);

        var asked = await RescoreAsync(first);
        var paused = await first.UntilAsync(_runId, "paused");
        var extend = await first.PostAsync($"/api/runs/{_runId}/extend", """{ "samplesPerScenario": 2 }""");
        var kept = await AnalysisAsync(first);
        await first.StopServerAsync();
        _bench.Says = _ => new ScriptedAnswer(JudgeBench.Good);
        var second = _host = await ServerHost.StartAsync(_bench.Bench);
        var resumed = await second.PostAsync($"/api/runs/{_runId}/resume");
        var ended = await second.UntilAsync(_runId, "completed");
        var scored = await AnalysisAsync(second);
        var purposes = (await second.GetAsync($"/api/runs/{_runId}/calls")).Json.GetProperty("calls").EnumerateArray().Select(call => call.GetProperty("purpose").GetString());

        Assert.True(asked.Status == HttpStatusCode.Accepted, asked.Text);
        Assert.Equal(("pending", "helpful"), (asked.Json.GetProperty("status").GetString(), asked.Json.GetProperty("rescore").GetProperty("scorers")[0].GetString()));
        Assert.Contains("judge openai-compatible:judge: AUTH_ERROR", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, extend.Status);
        Assert.Equal(("names", "helpful"), (kept, scored));
        Assert.True(resumed.Status == HttpStatusCode.Accepted, resumed.Text);
        Assert.Equal(before.GetProperty("completedAt").GetString(), ended.GetProperty("completedAt").GetString());
        Assert.Equal(JsonValueKind.Null, ended.GetProperty("reason").ValueKind);
        Assert.Equal(("null", 6), (ended.GetProperty("rescore").GetProperty("problem").GetRawText(), ended.GetProperty("rescore").GetProperty("judged").GetInt32()));
        Assert.Equal((6, 6), (_bench.Models.CountOf("target"), purposes.Count(purpose => purpose == "judge")));
        Assert.All((await _bench.StoredAsync()).Cells, cell => Assert.Equal(4, cell.Score));
    }

    [Fact]
    public async Task It_can_be_left_and_its_budget_ends_it_and_what_was_said_is_kept()
    {
        var host = _host = await ServerHost.StartAsync(_bench.Bench);
        _bench.Says = _ => new ScriptedAnswer("wrong key", Status: 401);
        await RescoreAsync(host);
        await host.UntilAsync(_runId, "paused");

        var left = await host.PostAsync($"/api/runs/{_runId}/cancel");
        var after = await IdleAsync(host);
        _bench.Says = _ => new ScriptedAnswer(JudgeBench.Good);
        var asked = _bench.Models.CountOf("judge");
        await RescoreAsync(host, budget: 0.15);
        var spent = await IdleAsync(host);
        var judged = _bench.Models.CountOf("judge") - asked;
        var kept = await AnalysisAsync(host);
        await RescoreAsync(host, budget: 1);
        var whole = await IdleAsync(host);

        Assert.Equal(("completed", "Cancelled on request."), (left.Json.GetProperty("status").GetString(), ProblemOf(after)));
        Assert.Equal("The budget of $0.15 does not cover another call. What judges have said is kept; the same request goes on from there.", ProblemOf(spent));
        Assert.Equal(("completed", "names"), (spent.GetProperty("status").GetString(), kept));
        Assert.InRange(judged, 1, 5);
        Assert.Equal((6, null), (_bench.Models.CountOf("judge") - asked, ProblemOf(whole)));
        Assert.Equal(0.18m, whole.GetProperty("cost").GetProperty("judgeUsd").GetDecimal());
    }

    [Fact]
    public async Task What_another_process_works_on_or_no_definition_could_say_is_refused()
    {
        var host = _host = await ServerHost.StartAsync(_bench.Bench);
        var refused = await host.PostAsync($"/api/runs/{_runId}/rescore", $$"""{ "scorers": {{Scorers}}, "budgetUsd": -1 }""");
        await using (var services = _bench.Bench.Open())
        {
            var other = new RunExecutor("other/7/1", "other", 7, 1, TimeProvider.System.GetUtcNow().AddHours(1));
            await services.Runs.ChangeAsync(_runId, run => run with { Course = run.Course with { Executor = other } }, Cancel);
        }

        var held = await RescoreAsync(host);

        Assert.Contains("budgetUsd must be", refused.Text, StringComparison.Ordinal);
        held.AssertProblem(HttpStatusCode.Conflict, $"Run '{_runId}' is worked on by process 7 of other; wait until it is done.");
        Assert.Equal("completed", (await host.RunAsync(_runId)).GetProperty("status").GetString());
        Assert.Equal(0, _bench.Models.CountOf("judge"));
    }

    private Task<Answer> RescoreAsync(ServerHost host, double? budget = null) =>
        host.PostAsync($"/api/runs/{_runId}/rescore", FormattableString.Invariant($"{{ \"scorers\": {Scorers}, \"budgetUsd\": {(budget is { } most ? FormattableString.Invariant($"{most}") : "null")} }}"));

    /// <summary>The run once nobody works on it any more.</summary>
    private async Task<JsonElement> IdleAsync(ServerHost host)
    {
        await using var services = _bench.Bench.Open();
        await Eventually.TrueAsync(async () => await services.Runs.GetAsync(_runId, Cancel) is { Status: RunStatus.Completed, Course.Executor: null }, "the run to be nobody's");
        return await host.RunAsync(_runId);
    }

    private async Task<string?> AnalysisAsync(ServerHost host) => (await host.GetAsync($"/api/runs/{_runId}/analysis")).Json.GetProperty("scorer").GetString();

    private static string? ProblemOf(JsonElement run) => run.GetProperty("rescore").GetProperty("problem").GetString();
}

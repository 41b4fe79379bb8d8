using System.Text.Json;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>Whole runs, from a message of the queue to the stored analysis, through workers in processes of their own.</summary>
[Collection(typeof(Alone))]
public sealed class Running_under_the_host(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_published_worker_evaluates_500_cells_and_stores_their_analysis()
    {
        await using var app = await HostedApp.StartAsync(await PublishedFunctions.EnsureAsync(Cancel), azurite.ConnectionString);

        var runId = await app.StartRunAsync(Yaml.Of(scenarios: 125, samples: 2, models: ["sim-noisy", "sim-better"]));
        var run = await app.UntilAsync(runId, "completed");

        AssertWhole(run, 500);
        Assert.Equal(500, app.Simulator.Stats().Calls);
        var analysis = (await app.SendAsync(HttpMethod.Get, $"/api/runs/{runId}/analysis")).Json;
        Assert.Equal([250, 250], analysis.GetProperty("perModel").EnumerateArray().Select(model => model.GetProperty("sampleCount").GetInt32()));
        Assert.Equal("\"completed\"", app.Host.Durable.StateOf(runId)!.Output);
        Assert.Empty(app.FailedFunctions);
    }

    [Fact]
    public async Task A_worker_that_is_killed_in_the_middle_loses_nothing_and_repeats_no_finished_call()
    {
        const int cells = 140;
        await using var app = await HostedApp.StartAsync(PublishedFunctions.Built, azurite.ConnectionString);
        app.Simulator.HoldAfter(50);
        var runId = await app.StartRunAsync(Yaml.Of(scenarios: 35, samples: 4));
        await Eventually.TrueAsync(() => app.Simulator.Stats().Calls >= 50, "calls of the first worker", cancellationToken: Cancel);
        await app.Host.KillWorkerAsync();
        await Eventually.TrueAsync(() => app.Simulator.Connections == 0, "the last calls of the killed worker to be counted", cancellationToken: Cancel);
        var before = app.Simulator.Stats().Calls;
        app.Simulator.LetGo();

        await app.Host.StartWorkerAsync();
        var run = await app.UntilAsync(runId, "completed");

        AssertWhole(run, cells);
        Assert.InRange(before, 50, cells - 1);
        var calls = run.GetProperty("calls");
        Assert.Equal(cells, calls.GetProperty("sent").GetInt32() - calls.GetProperty("repeated").GetInt32());
        Assert.InRange(app.Simulator.Stats().Calls, cells, calls.GetProperty("sent").GetInt32());
    }

    [Fact]
    public async Task A_run_is_paused_and_resumed_by_the_queue()
    {
        const int cells = 300;
        await using var app = await HostedApp.StartAsync(PublishedFunctions.Built, azurite.ConnectionString, new SimulatorOptions(Latency: TimeSpan.FromSeconds(1)));
        app.Simulator.HoldAfter(30);
        var runId = await app.StartRunAsync(Yaml.Of(scenarios: 100, samples: 3));
        await Eventually.TrueAsync(() => app.Simulator.Stats().Calls >= 30, "calls", cancellationToken: Cancel);

        Assert.Equal(202, (int)(await app.SendAsync(HttpMethod.Post, $"/api/runs/{runId}/pause")).Status);
        await app.UntilAsync(runId, "paused");
        app.Simulator.LetGo();

        // A worker knows of a pause after a second at most.
        var calls = await Eventually.SteadyAsync(() => app.Simulator.Stats().Calls, TimeSpan.FromSeconds(2), "the calls to end");
        var resumed = await app.SendAsync(HttpMethod.Post, $"/api/runs/{runId}/resume");
        Assert.True((int)resumed.Status == 202, resumed.Text);

        Assert.InRange(calls, 30, cells - 1);
        AssertWhole(await app.UntilAsync(runId, "completed"), cells);
        Assert.Equal(cells, app.Simulator.Stats().Calls);
    }

    /// <summary>Blocks of an orchestration that was lost may still run under their ids, so each restart takes new ones.</summary>
    [Fact]
    public async Task An_orchestration_that_was_lost_is_started_anew_by_the_watchdog_each_time_under_another_number()
    {
        await using var app = await HostedApp.StartAsync(PublishedFunctions.Built, azurite.ConnectionString);
        app.Simulator.HoldAfter(10);
        var runId = await app.StartRunAsync(Yaml.Of(scenarios: 60, samples: 2));
        await Eventually.TrueAsync(() => app.Simulator.Stats().Calls >= 10, "calls", cancellationToken: Cancel);
        foreach (var restart in new[] { 1, 2 })
        {
            app.Host.Durable.Lose(runId);
            var watchdog = await app.TimerAsync(Watchdog.Name);

            Assert.True(watchdog.Succeeded, watchdog.Error);
            Assert.Equal(restart, JsonSerializer.Deserialize(app.Host.Durable.StateOf(runId)!.Input, OrchestrationJson.Context.RunInput)!.Restart);
        }

        app.Simulator.LetGo();
        AssertWhole(await app.UntilAsync(runId, "completed"), 120);
    }

    /// <summary>The run has judges of answers and of pairs, and gets another judge at the end: all that they say goes through Durable Functions and Table storage.</summary>
    [Fact]
    public async Task A_message_that_is_handled_eight_times_at_once_starts_one_orchestration_and_judges_are_asked_behind_it()
    {
        const string judge = "{ type: judge, name: helpful, model: 'openai-compatible:sim-judge', rubric: 'Is it right?' }";
        const string pairs = "{ type: pairwise, name: preferred, model: 'openai-compatible:sim-judge-noise', rubric: 'Which is right?' }";
        await using var app = await HostedApp.StartAsync(PublishedFunctions.Built, azurite.ConnectionString, takesMessages: false);

        // A malformed answer is never that of a noisy model to the letter: 10 pairs, each in two orders.
        var runId = await app.StartRunAsync(Yaml.Of(10, 1, ["sim-noisy", "sim-malformed"], $"{Yaml.Ratings}, {judge}, {pairs}"));
        var message = JsonSerializer.Serialize(new PipelineJob(PipelineJob.Start, runId), OrchestrationJson.Context.PipelineJob);

        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.MessageAsync(message)));

        Assert.All(ends, end => Assert.True(end.Succeeded, end.Error));
        Assert.InRange(app.Host.Durable.Refusals, 1, 7);
        var run = await app.UntilAsync(runId, "completed");
        AssertWhole(run, 20);
        Assert.Equal((60, 40), (app.Simulator.Stats().Calls, run.GetProperty("calls").GetProperty("judges").GetInt32()));
        var pair = (await AnalysisAsync()).GetProperty("pairwise")[0].GetProperty("pairs")[0];
        Assert.Equal(10, pair.GetProperty("wins").GetInt32() + pair.GetProperty("ties").GetInt32() + pair.GetProperty("losses").GetInt32());

        var asked = await app.SendAsync(HttpMethod.Post, $"/api/runs/{runId}/rescore", """{ "scorers": [{ "type": "judge", "name": "kind", "model": "openai-compatible:sim-judge", "rubric": "Is it kind?" }] }""");
        var job = await app.MessageAsync(JsonSerializer.Serialize(new PipelineJob(PipelineJob.Extend, runId), OrchestrationJson.Context.PipelineJob));
        var rescored = await app.UntilAsync(runId, "completed");

        Assert.True(asked.Status == System.Net.HttpStatusCode.Accepted && job.Succeeded, $"{asked.Text} {job.Error}");
        Assert.Equal((JsonValueKind.Null, 20), (rescored.GetProperty("rescore").GetProperty("problem").ValueKind, rescored.GetProperty("rescore").GetProperty("judged").GetInt32()));
        Assert.Equal((80, "kind"), (app.Simulator.Stats().Calls, (await AnalysisAsync()).GetProperty("scorer").GetString()));

        async Task<JsonElement> AnalysisAsync() => (await app.SendAsync(HttpMethod.Get, $"/api/runs/{runId}/analysis")).Json;
    }

    [Fact]
    public async Task Timers_work_and_a_message_that_is_no_job_fails_with_its_reason()
    {
        await using var app = await HostedApp.StartAsync(PublishedFunctions.Built, azurite.ConnectionString, takesMessages: false);

        var watchdog = await app.TimerAsync(Watchdog.Name);
        var review = await app.TimerAsync(ReviewTimer.Name);
        var job = await app.MessageAsync("{\"job\":\"review\"}");
        var findings = await app.SendAsync(HttpMethod.Get, "/api/agent/findings");
        var unknown = await app.MessageAsync("{\"job\":\"dance\",\"runId\":\"x\"}");
        var broken = await app.MessageAsync("dance");

        Assert.True(watchdog.Succeeded, watchdog.Error);
        Assert.True(review.Succeeded, review.Error);
        Assert.True(job.Succeeded, job.Error);
        Assert.Equal(JsonValueKind.String, findings.Json.GetProperty("reviewed_at").ValueKind);
        Assert.Contains("Job 'dance' is unknown. Known jobs: start_run", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("A message of queue 'pipeline' is not a job", broken.Error, StringComparison.Ordinal);
    }

    private static void AssertWhole(JsonElement run, int cells)
    {
        var progress = run.GetProperty("progress");
        Assert.Equal((cells, cells, 0), (progress.GetProperty("total").GetInt32(), progress.GetProperty("completed").GetInt32(), progress.GetProperty("failed").GetInt32()));
    }
}

using System.Net;
using FunctionsEval.AbTests;
using FunctionsEval.Content;
using FunctionsEval.Evaluation.Candidates;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.AbTests;

public sealed class Running_ab_tests(AbTestServer server) : IClassFixture<AbTestServer>
{
    private static readonly TimeWindow Window = new(
        new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 5, 8, 0, 0, 0, TimeSpan.Zero));

    private ServerHost Host => server.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_ab_test_over_http_triages_every_candidate_with_every_variant()
    {
        var started = await Host.PostAsync("/api/admin/abtests", AbTestBodies.Good(samples: 2).ToJsonString());
        var runId = started.Json.GetProperty("runId").GetString()!;
        await Host.UntilAsync(runId, "completed");
        var detail = (await Host.GetAsync($"/api/admin/abtests/{runId}")).Json;

        Assert.Equal(HttpStatusCode.Created, started.Status);
        Assert.Equal($"run_abtest_{runId}", started.Json.GetProperty("jobId").GetString());
        Assert.Equal("completed", detail.GetProperty("run").GetProperty("status").GetString());
        Assert.Equal(["v000", "v001"], detail.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("id").GetString()));
        Assert.Equal(40, detail.GetProperty("items").GetArrayLength());
        Assert.All(detail.GetProperty("items").EnumerateArray(), item => Assert.False(item.TryGetProperty("bodyText", out _)));
        var results = detail.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(160, results.Count);
        Assert.All(results, result =>
        {
            Assert.Equal("ok", result.GetProperty("status").GetString());
            Assert.InRange(result.GetProperty("triage").GetProperty("ai_score").GetDouble(), 0, 100);
            Assert.Equal("openai-compatible", result.GetProperty("triage").GetProperty("provider").GetString());
            Assert.True(result.GetProperty("inputTokens").GetInt64() > 100);
        });
    }

    [Fact]
    public async Task The_analysis_finds_the_difference_that_was_planted()
    {
        var started = await Host.PostAsync("/api/admin/abtests", AbTestBodies.Good(samples: 3).ToJsonString());
        var runId = started.Json.GetProperty("runId").GetString()!;
        await Host.UntilAsync(runId, "completed");
        var variants = (await Host.GetAsync($"/api/admin/abtests/{runId}/analysis")).Json.GetProperty("perVariant").EnumerateArray().ToList();

        // sim-better-0.5 is planted half a unit above, 25 points a unit. Noise is uniform within 10 points, so the standard error is
        // 20 / sqrt(12) * sqrt(2 / 120) = 0.75.
        var difference = variants[1].GetProperty("score").GetProperty("mean").GetDouble() - variants[0].GetProperty("score").GetProperty("mean").GetDouble();
        Assert.InRange(difference, 12.5 - (4.5 * 0.75), 12.5 + (4.5 * 0.75));
        Assert.All(variants, variant =>
        {
            Assert.Equal(120, variant.GetProperty("cells").GetInt64());
            Assert.Equal((0, 0), (variant.GetProperty("invalidRate").GetDouble(), variant.GetProperty("errorRate").GetDouble()));
            Assert.InRange(variant.GetProperty("relevant").GetProperty("mean").GetDouble(), 0, 1);
            Assert.True(variant.GetProperty("inputTokens").GetInt64() > 0 && variant.GetProperty("outputTokens").GetInt64() > 0);
        });
    }

    [Fact]
    public async Task Results_page_and_the_list_shows_only_ab_tests()
    {
        await Host.StartRunAsync(Yaml.Of(scenarios: 1, samples: 1, models: ["sim-noisy"]));
        var started = await Host.PostAsync("/api/admin/abtests", AbTestBodies.Good().ToJsonString());
        var runId = started.Json.GetProperty("runId").GetString()!;
        await Host.UntilAsync(runId, "completed");

        var seen = new List<string?>();
        for (string? token = "", path = $"/api/admin/abtests/{runId}?pageSize=30"; token is not null;)
        {
            var page = (await Host.GetAsync(token.Length == 0 ? path : $"{path}&continuationToken={Uri.EscapeDataString(token)}")).Json;
            seen.AddRange(page.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("id").GetString()));
            token = page.GetProperty("continuationToken").GetString();
        }

        var list = (await Host.GetAsync("/api/admin/abtests?pageSize=1")).Json;
        Assert.Equal(80, seen.Distinct().Count());
        Assert.Equal(runId, list.GetProperty("runs")[0].GetProperty("id").GetString());
        Assert.Equal(1, list.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Run_variants_and_items_are_stored_before_any_call_and_later_changes_of_content_do_not_reach_them()
    {
        await using var bench = await BenchAsync();
        await using var services = bench.Open();

        var run = await StartAsync(services, new AbTestRequest(ContentFiles.TopicId, Window, Variants("sim-noisy", "sim-steady"), 30), _ => Task.CompletedTask);
        await services.ImportAsync("""{"kind": "item", "id": "i0000", "sourceId": "blog", "title": "CHANGED", "publishedAt": "2026-05-04T00:00:00Z"}""");

        Assert.Equal(0, bench.Simulator.Stats().Calls);
        Assert.Equal((RunStatus.Pending, 30), (run.Status, run.Items));
        var candidates = await services.Runs.CandidatesAsync(run.RunId, Cancel).ToListAsync(Cancel);
        Assert.Equal(30, candidates.Count);
        Assert.DoesNotContain(candidates, candidate => candidate.Title == "CHANGED");
        Assert.Equal([600, 600], run.Variants.Select(variant => variant.MaxTokens));
        Assert.Equal((96, 30), (run.WindowOfContent.Stats!.InputCount, run.WindowOfContent.Stats.OutputCount));
    }

    [Fact]
    public async Task A_failed_enqueue_leaves_no_run_and_no_items_behind()
    {
        await using var bench = await BenchAsync();
        await using var services = bench.Open();

        await Assert.ThrowsAsync<IOException>(() => StartAsync(
            services, new AbTestRequest(ContentFiles.TopicId, Window, Variants("sim-noisy", "sim-steady")), _ => throw new IOException("queue away")));

        Assert.Empty(await services.Runs.AllAsync(Cancel).ToListAsync(Cancel));
        var items = await services.Entities.QueryPageAsync(new FunctionsEval.Storage.EntityQuery(FunctionsEval.Storage.TableKeys.Items), null, Cancel);
        Assert.Empty(items.Entities);
    }

    [Fact]
    public async Task A_job_that_arrives_while_the_feature_is_off_fails_its_run_with_the_same_sentence()
    {
        await using var bench = await BenchAsync();
        await using var services = bench.Open(isCommand: false);
        var run = await StartAsync(services, new AbTestRequest(ContentFiles.TopicId, Window, Variants("sim-noisy", "sim-steady")), _ => Task.CompletedTask);

        await services.HandleAsync($$"""{"job": "run_abtest", "runId": "{{run.RunId}}"}""", Cancel);

        var failed = await services.Runs.GetAsync(run.RunId, Cancel);
        Assert.Equal((RunStatus.Failed, AbTestFeature.Disabled), (failed.Status, failed.Course.Reason));
    }

    [Fact]
    public async Task Every_call_is_recorded_with_its_purpose_and_costs_no_credits()
    {
        await using var bench = await BenchAsync();
        var stored = await RunToEndAsync(bench, Variants("sim-noisy", "sim-malformed-0.5"), items: 20);

        stored.AssertWhole();
        Assert.All(stored.Calls, call =>
        {
            Assert.Equal(("triage", 0.0), (call.GetString("purpose"), call.GetDouble("costEstimateCredits")));
            Assert.True(call.GetDateTimeOffset("endedAt") >= call.GetDateTimeOffset("startedAt"));
        });

        // A malformed answer is asked for once more, with another prompt; both answers are paid for.
        var retried = stored.Cells.Where(cell => cell.Calls == 2).ToList();
        Assert.NotEmpty(retried);
        Assert.All(retried, cell =>
        {
            var turns = stored.Transcripts[cell.Address].Turns;
            Assert.Equal(["triage", "triage_retry"], turns.Select(turn => turn.PromptLabel));
            Assert.Equal(turns.Sum(turn => (long)turn.InputTokens!.Value), cell.InputTokens);
        });
        Assert.Equal(stored.Cells.Count(cell => cell.Outcome == CellOutcome.Scored), stored.Cells.Count(cell => cell.Output is not null));
    }

    [Fact]
    public async Task An_answer_that_stays_unreadable_is_invalid_and_the_run_goes_on()
    {
        await using var bench = await BenchAsync();
        var stored = await RunToEndAsync(bench, Variants("sim-noisy", "sim-malformed"), items: 10);

        Assert.Equal(RunStatus.Completed, stored.Run.Status);
        Assert.All(stored.Cells.Where(cell => cell.Address.Variant == 1), cell =>
        {
            Assert.Equal((CellOutcome.Invalid, 2), (cell.Outcome, cell.Calls));
            Assert.Null(cell.Output);
        });
        Assert.All(stored.Cells.Where(cell => cell.Address.Variant == 0), cell => Assert.Equal(
            ["ai_score", "is_relevant", "is_novel", "should_deep_summarize"], cell.Scores.Select(score => score.Name)));
    }

    [Fact]
    public async Task A_killed_process_loses_no_result_and_repeats_no_finished_call()
    {
        await using var bench = await Workbench.CreateAsync(new FunctionsEval.Providers.Simulator.SimulatorOptions(Latency: TimeSpan.FromMilliseconds(10)));
        await bench.CommandAsync(["import", bench.Write("content.jsonl", ContentFiles.Of(100)), "--data", bench.Data]);
        var arguments = new[] { "--data", bench.Data, "--base-url", bench.BaseUrl, "--concurrency", "4", "--json" };
        string[] start =
        [
            "abtest", ContentFiles.TopicId, "--from", "2026-05-04", "--to", "2026-05-08", "--max-items", "60", "--samples", "2",
            "--variant", "a=openai-compatible:sim-noisy", "--variant", "b=openai-compatible:sim-better-0.5", .. arguments,
        ];
        await using (var program = ProgramProcess.Start(start))
        {
            await Eventually.TrueAsync(() => bench.Simulator.Stats().Calls >= 100 || program.HasExited, "100 calls");
            await program.SignalAsync("KILL");
            await program.EndAsync();
        }

        var before = await bench.ReadAsync();
        var calls = bench.Simulator.Stats().Calls;
        var resumed = await bench.CommandAsync(["resume", .. arguments], Cancel);
        var after = await bench.ReadAsync();

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        after.AssertWhole();
        Assert.Equal(240, after.Calls.Count);

        // An answer that was kept without its cell is not asked for again either.
        Assert.InRange(bench.Simulator.Stats().Calls - calls, 240 - before.Cells.Count - 16, 240 - before.Cells.Count);
        Assert.All(before.Cells, cell => Assert.Equal(cell.CompletedAt, after.Cells.Single(other => other.Address == cell.Address).CompletedAt));
    }

    [Fact]
    public async Task An_ab_test_is_neither_extended_nor_scored_by_others()
    {
        var started = await Host.PostAsync("/api/admin/abtests", AbTestBodies.Good().ToJsonString());
        var runId = started.Json.GetProperty("runId").GetString()!;
        await Host.UntilAsync(runId, "completed");

        var extended = await Host.PostAsync($"/api/runs/{runId}/extend", """{"samplesPerScenario": 3}""");
        var rescored = await Host.PostAsync($"/api/runs/{runId}/rescore", """{"scorers": [{"type": "regex", "name": "high", "pattern": "9"}]}""");

        extended.AssertProblem(HttpStatusCode.Conflict, "it cannot be extended. Start a new one.");
        rescored.AssertProblem(HttpStatusCode.Conflict, "it cannot be scored by others.");
        Assert.Equal("completed", (await Host.RunAsync(runId)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task On_the_command_line_too_an_ab_test_stays_as_it_is()
    {
        await using var bench = await BenchAsync();
        var stored = await RunToEndAsync(bench, Variants("sim-noisy", "sim-steady"), items: 12);

        var extended = await bench.CommandAsync(["extend", stored.Run.RunId, "--samples", "2", "--data", bench.Data], Cancel);
        var rescored = await bench.CommandAsync(["rescore", stored.Run.RunId, bench.Write("scorers.yaml", Yaml.Of()), "--data", bench.Data], Cancel);

        Assert.Equal((1, 1), (extended.ExitCode, rescored.ExitCode));
        Assert.Contains("it cannot be extended", extended.Error, StringComparison.Ordinal);
        Assert.Contains("it cannot be scored by others", rescored.Error, StringComparison.Ordinal);
        Assert.Equal(stored.Cells.Select(cell => cell.Score), (await bench.ReadAsync(stored.Run.RunId)).Cells.Select(cell => cell.Score));
    }

    [Fact]
    public async Task An_unknown_job_is_refused_by_name()
    {
        await using var bench = await BenchAsync();
        await using var services = bench.Open();

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => services.HandleAsync("""{"job": "run_everything", "runId": "r"}""", Cancel));

        Assert.Equal("Job 'run_everything' is unknown. Known jobs: start_run, run_abtest, run_window, resume_run, cancel_run, extend_run, review.", error.Message);
    }

    internal static async Task<Workbench> BenchAsync()
    {
        var bench = await Workbench.CreateAsync();
        await using var services = bench.Open();
        await services.ImportAsync(ContentFiles.Of(100));
        return bench;
    }

    internal static IReadOnlyList<Variant> Variants(params string[] models) =>
        [.. models.Select(model => new Variant(model, $"openai-compatible:{model}"))];

    private static async Task<RunRecord> StartAsync(LocalProgram services, AbTestRequest request, Func<PipelineJob, Task> enqueue)
    {
        var start = new StartAbTest(services.Content, new CandidateSelection(services.Content), services.Runs, (job, _) => enqueue(job), TimeProvider.System);
        return Assert.IsType<AbTestOutcome.Started>(await start.StartAsync(request, baseUrl: null, Cancel)).Run;
    }

    private static async Task<StoredRun> RunToEndAsync(Workbench bench, IReadOnlyList<Variant> variants, int items)
    {
        await using var services = bench.Open();
        var outcome = await services.StartAbTest.StartAsync(new AbTestRequest(ContentFiles.TopicId, Window, variants, items), bench.BaseUrl, Cancel);
        var runId = Assert.IsType<AbTestOutcome.Started>(outcome).Run.RunId;
        await services.Client.WaitForInstanceCompletionAsync(runId, getInputsAndOutputs: false, Cancel);
        return await StoredRun.ReadAsync(services, runId);
    }
}

using System.Net;
using System.Text.Json;
using FunctionsEval.Digests;
using FunctionsEval.Functions.Tests.AbTests;
using FunctionsEval.Functions.Tests.Content;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Digests;

public sealed class Making_digests
{
    private const string Body = $$"""{"topicId": "{{ContentFiles.TopicId}}", "windowStart": "2026-05-04", "windowEnd": "2026-05-08", "mode": "low"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_digest_triages_ranks_and_counts_its_credits()
    {
        await using var host = await HostAsync(("MONTHLY_CREDITS", "1000"), ("TRIAGE_CREDITS_PER_1K_INPUT_TOKENS", "1"), ("TRIAGE_CREDITS_PER_1K_OUTPUT_TOKENS", "4"));

        var queued = await host.PostAsync("/api/admin/run", Body);
        var runId = queued.Json.GetProperty("runId").GetString()!;
        var run = await host.UntilAsync(runId, "completed");
        var digest = (await host.GetAsync($"/api/digests/{runId}")).Json;
        var credits = (await host.GetAsync("/api/admin/credits")).Json;
        var calls = (await host.GetAsync($"/api/runs/{runId}/calls?pageSize=1000")).Json.GetProperty("calls").EnumerateArray().ToList();

        Assert.Equal((HttpStatusCode.OK, $"run_window_{runId}"), (queued.Status, queued.Json.GetProperty("jobId").GetString()));
        Assert.Equal("digest", run.GetProperty("kind").GetString());
        var entries = digest.GetProperty("entries").EnumerateArray().ToList();
        // Low mode, two sources: (30 + 2 x 10) x 1.25 entries of the 96 items in the window.
        Assert.Equal((63, 96), (entries.Count, digest.GetProperty("triaged").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 63), entries.Select(entry => entry.GetProperty("rank").GetInt32()));
        Assert.Equal(runId, (await host.GetAsync("/api/digests")).Json.GetProperty("digests")[0].GetProperty("digestId").GetString());
        var spent = calls.Sum(call => call.GetProperty("costEstimateCredits").GetDouble());
        Assert.True(spent > 0);
        Assert.Equal(spent, credits.GetProperty("monthlyUsed").GetDouble(), 6);
        Assert.Equal("none", credits.GetProperty("warningLevel").GetString());
    }

    [Fact]
    public async Task A_digest_never_spends_more_than_what_is_left()
    {
        await using var host = await HostAsync(
            ("MONTHLY_CREDITS", "1000"), ("DAILY_THROTTLE_CREDITS", "60"), ("TRIAGE_CREDITS_PER_1K_INPUT_TOKENS", "1"), ("TRIAGE_CREDITS_PER_1K_OUTPUT_TOKENS", "4"));

        var first = await DigestAsync(host);
        var credits = (await host.GetAsync("/api/admin/credits")).Json;

        Assert.InRange(first.GetProperty("items").GetInt32(), 5, 20);
        Assert.InRange(credits.GetProperty("dailyUsed").GetDouble(), 1, 60);
        Assert.True(credits.GetProperty("paidCallsAllowed").GetBoolean());
    }

    [Fact]
    public async Task Without_credits_no_digest_is_made_and_a_reset_allows_the_next()
    {
        await using var host = await HostAsync(("MONTHLY_CREDITS", "0"));

        var refused = await DigestAsync(host);

        Assert.Equal("Credits are used up: no digest was made.", refused.GetProperty("reason").GetString());
        Assert.Equal(0, host.Bench.Simulator.Stats().Calls);
        Assert.False((await host.GetAsync("/api/admin/credits")).Json.GetProperty("paidCallsAllowed").GetBoolean());
    }

    [Fact]
    public async Task A_window_without_candidates_makes_no_digest_and_says_why()
    {
        await using var host = await HostAsync();

        var queued = await host.PostAsync("/api/admin/run", Body.Replace("2026-05", "2020-01", StringComparison.Ordinal));
        var runId = queued.Json.GetProperty("runId").GetString()!;
        var run = await host.UntilAsync(runId, "completed");

        Assert.StartsWith("There are no candidates in the window.", run.GetProperty("reason").GetString(), StringComparison.Ordinal);
        (await host.GetAsync($"/api/digests/{runId}")).AssertProblem(
            HttpStatusCode.NotFound, $"There is no digest '{runId}': its run is completed. There are no candidates in the window");
        (await host.GetAsync("/api/digests/r000000000000000")).AssertProblem(HttpStatusCode.NotFound, "Digest 'r000000000000000' does not exist.");
        Assert.Empty((await host.GetAsync("/api/digests")).Json.GetProperty("digests").EnumerateArray());
    }

    [Fact]
    public async Task A_reset_sets_what_was_used_to_zero()
    {
        await using var host = await HostAsync(("TRIAGE_CREDITS_PER_1K_INPUT_TOKENS", "1"));
        await DigestAsync(host);

        var before = (await host.GetAsync("/api/admin/credits")).Json;
        var daily = (await host.PostAsync("/api/admin/credits", """{"reset": "daily"}""")).Json;
        var monthly = (await host.PostAsync("/api/admin/credits", """{"reset": "monthly"}""")).Json;
        var bad = await host.PostAsync("/api/admin/credits", """{"reset": "yearly"}""");

        Assert.True(before.GetProperty("dailyUsed").GetDouble() > 0);
        Assert.Equal(0, daily.GetProperty("dailyUsed").GetDouble());
        Assert.Equal(before.GetProperty("monthlyUsed").GetDouble(), daily.GetProperty("monthlyUsed").GetDouble());
        Assert.Equal(0, monthly.GetProperty("monthlyUsed").GetDouble());
        Starting_ab_tests.AssertError(bad, HttpStatusCode.BadRequest, "INVALID_PARAM", "reset must be daily or monthly.");
    }

    [Fact]
    public async Task Ab_tests_cost_no_credits()
    {
        await using var host = await HostAsync(("ENABLE_ABTESTS", "true"), ("TRIAGE_CREDITS_PER_1K_INPUT_TOKENS", "1"));
        var started = await host.PostAsync("/api/admin/abtests", AbTestBodies.Good().ToJsonString());
        var runId = started.Json.GetProperty("runId").GetString()!;
        await host.UntilAsync(runId, "completed");

        var call = (await host.GetAsync($"/api/runs/{runId}/calls?itemIndex=3&variant=v1&status=ok")).Json.GetProperty("calls").EnumerateArray().Single();

        Assert.Equal(0, (await host.GetAsync("/api/admin/credits")).Json.GetProperty("monthlyUsed").GetDouble());
        Assert.Equal(("triage", 0.0), (call.GetProperty("purpose").GetString(), call.GetProperty("costEstimateCredits").GetDouble()));
        Assert.Equal(
            (runId, "v001", "000003"),
            (call.GetProperty("meta").GetProperty("abtest_run_id").GetString(), call.GetProperty("meta").GetProperty("variant_id").GetString(), call.GetProperty("meta").GetProperty("abtest_item_id").GetString()));
        (await host.GetAsync($"/api/runs/{runId}/calls?status=maybe")).AssertProblem(HttpStatusCode.BadRequest, "status must be ok or error, but is 'maybe'.", "status");
    }

    [Fact]
    public async Task A_job_that_arrives_twice_makes_one_digest()
    {
        await using var bench = await Running_ab_tests.BenchAsync();
        await using var services = bench.Open(isCommand: false);
        var request = new DigestRequest(ContentFiles.TopicId, new(2026, 5, 4, 0, 0, 0, TimeSpan.Zero), new(2026, 5, 8, 0, 0, 0, TimeSpan.Zero), "openai-compatible:sim-noisy");

        var digests = services.Get<StartDigest>();
        var topic = (await services.Content.FindTopicAsync(ContentFiles.TopicId, Cancel))!;

        var queued = await digests.QueueAsync(topic, request, Cancel);
        var first = await digests.PrepareAsync(queued.RunId, Cancel);
        await services.ImportAsync(ContentFiles.Item(100) + ContentFiles.Item(101).Replace("2026-05-08", "2026-05-07", StringComparison.Ordinal));
        var second = await digests.PrepareAsync(queued.RunId, Cancel);

        Assert.Equal((RunStatus.Pending, 0, request), (queued.Status, queued.Items, queued.Content?.Pending));
        Assert.Equal((RunStatus.Pending, 96, null), (first.Status, first.Items, first.Content?.Pending));
        Assert.Equal((first.Items, first.CreatedAt), (second.Items, second.CreatedAt));
        Assert.Equal(96, await services.Runs.CandidatesAsync(queued.RunId, Cancel).CountAsync(Cancel));
        Assert.Single(await services.Runs.AllAsync(Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_digest_that_is_cancelled_before_its_job_came_stays_so()
    {
        await using var bench = await Running_ab_tests.BenchAsync();
        await using var services = bench.Open(isCommand: false);
        var request = new DigestRequest(ContentFiles.TopicId, new(2026, 5, 4, 0, 0, 0, TimeSpan.Zero), new(2026, 5, 8, 0, 0, 0, TimeSpan.Zero), "openai-compatible:sim-noisy");
        var topic = (await services.Content.FindTopicAsync(ContentFiles.TopicId, Cancel))!;

        var queued = await services.Get<StartDigest>().QueueAsync(topic, request, Cancel);
        await services.RunControl.CancelAsync(queued.RunId, Cancel);
        await services.HandleAsync(new PipelineJob(PipelineJob.RunWindow, queued.RunId), Cancel);

        Assert.Equal(RunStatus.Cancelled, (await services.Runs.GetAsync(queued.RunId, Cancel)).Status);
        Assert.Equal(0, bench.Simulator.Stats().Calls);
    }

    [Theory]
    [InlineData("[]", "INVALID_BODY", "The body must be a JSON object.")]
    [InlineData("{bad", "INVALID_BODY", "The body must be a JSON object: 'b' is an invalid start of a property name. Expected a '\"'.")]
    [InlineData("""{"windowStart": "2026-05-04"}""", "INVALID_PARAM", "topicId is required.")]
    [InlineData("""{"topicId": "x", "windowStart": "2026-05-04", "windowEnd": "2026-05-05"}""", "INVALID_PARAM", "topicId must be a UUID, but is 'x'.")]
    [InlineData("""{"topicId": "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90", "windowStart": "2026-05-05", "windowEnd": "2026-05-05"}""", "INVALID_PARAM", "windowStart must be before windowEnd.")]
    [InlineData("""{"topicId": "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90", "windowStart": "2026-05-04", "windowEnd": "2026-05-05", "mode": "huge"}""", "INVALID_PARAM", "mode must be one of low, normal, high, but is 'huge'.")]
    [InlineData("""{"topicId": "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90", "windowStart": "2026-05-04", "windowEnd": "2026-05-05"}""", "INVALID_PARAM", "providerOverride is required: TRIAGE_MODEL is not set.")]
    [InlineData("""{"topicId": "3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90", "windowStart": "2026-05-04", "windowEnd": "2026-05-05", "providerOverride": {"provider": "acme", "model": "m"}}""", "INVALID_PARAM", "UNSUPPORTED_PROVIDER")]
    public async Task A_bad_request_for_a_digest_is_told_why(string body, string code, string message)
    {
        await using var host = await ServerHost.StartAsync();

        Starting_ab_tests.AssertError(await host.PostAsync("/api/admin/run", body), HttpStatusCode.BadRequest, code, message);
    }

    [Theory]
    [InlineData(79, "none", true)]
    [InlineData(80, "approaching", true)]
    [InlineData(94, "approaching", true)]
    [InlineData(95, "critical", true)]
    [InlineData(100, "critical", false)]
    public void Warnings_come_at_80_and_95_percent_of_either_limit(double used, string warning, bool allowed)
    {
        var monthly = CreditStatus.Of(new CreditLimits(100), used, 0);
        var daily = CreditStatus.Of(new CreditLimits(100_000, 100), used, used);

        Assert.All([monthly, daily], status => Assert.Equal((warning, allowed), (JsonRules.Name(status.WarningLevel), status.PaidCallsAllowed)));
    }

    [Theory]
    [InlineData("normal", 1, CreditWarning.None, 113, 339)]
    [InlineData("normal", 1, CreditWarning.Approaching, 79, 237)]
    [InlineData("low", 0, CreditWarning.None, 38, 76)]
    [InlineData("high", 50, CreditWarning.None, 2000, 10000)]
    [InlineData("low", 0, CreditWarning.Critical, 15, 30)]
    public void A_plan_grows_with_sources_and_shrinks_with_credits(string mode, int sources, CreditWarning warning, int items, int calls)
    {
        var plan = DigestPlan.Of(mode, sources, warning);

        Assert.Equal((items, calls), (plan.MaxItems, plan.MaxCalls));
    }

    private static async Task<ServerHost> HostAsync(params (string Name, string Value)[] environment)
    {
        var bench = await Workbench.CreateAsync();
        bench.Environment["TRIAGE_MODEL"] = "openai-compatible:sim-noisy";
        foreach (var (name, value) in environment)
        {
            bench.Environment[name] = value;
        }

        // Requests have no base URL of their own: the server's own one is used.
        bench.Environment["OPENAI_COMPATIBLE_BASE_URL"] = bench.BaseUrl;
        var host = await ServerHost.StartAsync(bench);
        await host.PostAsync("/api/content/import", ContentFiles.Of(100));
        return host;
    }

    private static async Task<JsonElement> DigestAsync(ServerHost host) =>
        await host.UntilAsync((await host.PostAsync("/api/admin/run", Body)).Json.GetProperty("runId").GetString()!, "completed");
}

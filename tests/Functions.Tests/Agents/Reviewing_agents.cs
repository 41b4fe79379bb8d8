using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Reviewing_agents
{
    [Fact]
    public async Task What_is_wrong_in_the_queue_is_found_with_evidence_and_resolved_when_it_is_gone()
    {
        await using var server = await AgentServer.StartAsync();
        await AddAsync(server, "old", 3, "Write the parser of the configuration file");
        await AddAsync(server, "twin", 3, "write THE parser, of the configuration-file!");
        await AddAsync(server, "near", 3, "Please write the parser of the configuration file for the new build of the product today and report the result to the team");
        await AddAsync(server, "like", 3, "Please write the parser of the configuration file for the new build of the product today and report the outcome to the team");
        await AddAsync(server, "urgent", 1, "Mend the build", "slow");
        await AddAsync(server, "slow", 5, "Measure the store");
        var first = await FindAsync(server);
        server.Clock.Advance(TimeSpan.FromHours(25));
        var later = await FindAsync(server);
        foreach (var id in new[] { "old", "twin", "near", "like", "slow", "urgent" })
        {
            await server.PatchAsync($"/api/agent/tasks/{id}", new { status = "completed", duration_seconds = 1, output_chars = 5 });
        }

        var resolved = await FindAsync(server);

        Assert.Equal(["DUPLICATE_TASKS like: like, near", "DUPLICATE_TASKS old: old, twin", "PRIORITY_INVERSION slow: slow, urgent"], Told(first));
        Assert.Contains("STALE_TASK old: old", Told(later));
        Assert.Contains("STUCK_PHASE impl: like, near, old, slow, twin", Told(later));
        Assert.Empty(resolved);
        var ids = first.Select(finding => finding.GetProperty("id").GetString()).ToList();
        Assert.Subset(later.Select(finding => finding.GetProperty("id").GetString()).ToHashSet(), ids.ToHashSet());
        var all = (await server.GetJsonAsync("/api/agent/findings?resolved=true")).GetProperty("findings").EnumerateArray().ToList();
        Assert.All(ids, id => Assert.Equal(JsonValueKind.String, all.Single(finding => finding.GetProperty("id").GetString() == id).GetProperty("resolved_at").ValueKind));
    }

    [Theory]
    [InlineData("TIMEOUT_PATTERN impl", "timed_out", "m", "", 5, 8)]
    [InlineData("EXECUTOR_FAILING e", "failed", "m", "", 5, 18)]
    [InlineData("REPEATED_FAILURES impl: cannot open /*: error #", "failed", "m", "cannot open /tmp/x{0}/y: error 0x{0}f", 100, 5)]
    [InlineData("EMPTY_OUTPUT impl", "completed", "m", "", 5, 1)]
    [InlineData("LOW_SUCCESS_RATE impl", "failed", "m", "", 20, 20)]
    public async Task What_is_wrong_with_ended_tasks_is_found_within_the_day_and_is_over_a_week_later(string expected, string status, string model, string error, int good, int bad)
    {
        await using var server = await AgentServer.StartAsync();
        object Report(string id, string outcome, int output, string? why = null) =>
            new { task_id = id, task_type = "impl", model, duration_seconds = 10, status = outcome, executor = "e", output_chars = output, error = why };
        await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = Enumerable.Range(0, good).Select(index => Report($"good{index}", "completed", 9)).ToArray() });
        Assert.Empty(await FindAsync(server));
        var reports = Enumerable.Range(0, bad).Select(index => Report($"bad{index}", status, 0, error.Length == 0 ? null : string.Format(System.Globalization.CultureInfo.InvariantCulture, error, index)));
        await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = reports.ToArray() });

        var found = await FindAsync(server);
        server.Clock.Advance(TimeSpan.FromDays(8));

        Assert.Contains(found, finding => $"{finding.GetProperty("rule").GetString()} {finding.GetProperty("subject").GetString()}" == expected);
        Assert.Empty(await FindAsync(server));
    }

    [Fact]
    public async Task A_bad_prompt_variant_is_told_from_the_others_of_its_type()
    {
        await using var server = await AgentServer.StartAsync();
        object Report(string variant, int index, bool isGood) =>
            new { task_id = $"{variant}{index}", task_type = "impl", model = "m", duration_seconds = 10, status = isGood ? "completed" : "failed", prompt_variant = variant, output_chars = 9 };
        await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = Enumerable.Range(0, 80).Select(index => Report("v1", index, index % 10 > 0)).ToArray() });
        await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = Enumerable.Range(0, 80).Select(index => Report("v2", index, index % 2 > 0)).ToArray() });

        var found = (await FindAsync(server)).Single(finding => finding.GetProperty("rule").GetString() == "BAD_VARIANT");

        Assert.Equal("impl: v2", found.GetProperty("subject").GetString());
        Assert.Equal("Prompt variant v2 completes 50% of 80 tasks of type impl, the others 90% of 80.", found.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_spike_of_cost_is_found_on_its_day_and_throttles_where_that_is_set()
    {
        await using var server = await AgentServer.StartAsync(("FUNCTIONSEVAL_AGENTS", """{"usage": {"throttle": true}}"""));
        object Report(int day, int index, double cost) => new
        {
            task_id = $"{day}-{index}",
            task_type = "impl",
            model = "m",
            duration_seconds = 10,
            status = "completed",
            output_chars = 9,
            created_at = AgentServer.Start.AddDays(-day),
            usage = new { cost_usd = cost },
        };
        var metrics = Enumerable.Range(1, 40).SelectMany(day => Enumerable.Range(0, 10).Select(index => Report(day, index, 0.5 + (day % 3 * 0.1))));
        await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = metrics.ToArray() });
        await AddAsync(server, "waiting", 1, "Do it");
        Assert.Empty(await FindAsync(server));
        await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = Enumerable.Range(0, 30).Select(index => Report(0, index, 1.5)).ToArray() });

        var spike = Assert.Single(await FindAsync(server));
        var next = await server.PostJsonAsync("/api/agent/tasks/next", new { executor = "e" });
        await server.PostJsonAsync($"/api/agent/findings/{spike.GetProperty("id").GetString()}/acknowledge", new { note = "A large import, once." });
        var released = await server.PostJsonAsync("/api/agent/tasks/next", new { executor = "e" });
        server.Clock.Advance(TimeSpan.FromDays(3));
        var later = await FindAsync(server);

        Assert.Equal("waiting", released.GetProperty("task").GetProperty("task_id").GetString());
        Assert.Equal(("COST_SPIKE", "2026-05-04"), (spike.GetProperty("rule").GetString(), spike.GetProperty("subject").GetString()));
        Assert.StartsWith("45.00 US dollars were used on 2026-05-04", spike.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Throttled: 45.00 US dollars", next.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(later, finding => finding.GetProperty("rule").GetString() == "COST_SPIKE");
    }

    [Fact]
    public async Task A_finding_that_somebody_knows_of_stays_open_and_asks_for_attention_again_when_it_comes_back()
    {
        await using var server = await AgentServer.StartAsync();
        await AddAsync(server, "waiting", 3, "Do it");
        server.Clock.Advance(TimeSpan.FromHours(2));
        var id = Assert.Single(await FindAsync(server)).GetProperty("id").GetString()!;
        var address = $"/api/agent/findings/{id}/acknowledge";
        async Task<(string?, bool)> StateAsync() => (
            (await server.GetJsonAsync("/api/agent/status-report")).GetProperty("reasons").ToString() is var reasons && reasons.Contains("STUCK_PHASE", StringComparison.Ordinal) ? "asks" : "rests",
            (await server.GetJsonAsync($"/api/agent/findings/{id}")).GetProperty("acknowledged").ValueKind == JsonValueKind.Object);

        var before = await StateAsync();
        var said = await server.PostJsonAsync(address, new { by = "Ada", note = "The runner is being\nreplaced." });
        await FindAsync(server);
        var known = await StateAsync();
        await server.SendAsync(HttpMethod.Delete, address, content: null);
        var takenBack = await StateAsync();
        await server.PostJsonAsync(address, new { });
        await server.PostJsonAsync("/api/agent/tasks/next", new { executor = "e" });
        await FindAsync(server);
        var late = await server.PostAsync(address, new { });
        await server.PatchAsync("/api/agent/tasks/waiting", new { status = "pending" });
        server.Clock.Advance(TimeSpan.FromHours(2));
        await FindAsync(server);
        var again = await StateAsync();

        Assert.Equal([("asks", false), ("rests", true), ("asks", false), ("asks", false)], [before, known, takenBack, again]);
        Assert.Equal(("Ada", "The runner is being\nreplaced."), (said.GetProperty("acknowledged").GetProperty("by").GetString(), said.GetProperty("acknowledged").GetProperty("note").GetString()));
        late.AssertProblem(HttpStatusCode.Conflict, $"Finding '{id}' is resolved since ");
        (await server.PostAsync("/api/agent/findings/nobody/acknowledge", new { })).AssertProblem(HttpStatusCode.NotFound, "nobody");
        (await server.PostAsync(address, new { by = "", note = new string('x', 1_001) })).AssertProblem(HttpStatusCode.BadRequest, "note must have 0 to 1,000 characters, but has 1,001", "note");
    }

    [Fact]
    public async Task The_status_report_raises_the_flags_of_attention()
    {
        await using var server = await AgentServer.StartAsync();
        var well = await server.GetJsonAsync("/api/agent/status-report");
        await AddAsync(server, "waiting", 3, "Do it");
        for (var index = 0; index < 3; index++)
        {
            await server.PostJsonAsync(
                "/api/agent/metrics", new { task_id = $"f{index}", task_type = "impl", model = "m", duration_seconds = 1, status = "failed", output_chars = 0 }, HttpStatusCode.Created);
        }

        server.Clock.Advance(TimeSpan.FromMinutes(11));
        var report = await server.GetJsonAsync("/api/agent/status-report");

        Assert.Equal("going_well", well.GetProperty("overall").GetString());
        Assert.Equal("needs_attention", report.GetProperty("overall").GetString());
        var attention = report.GetProperty("attention");
        Assert.Equal(["stuck", "repeated_failures", "executor_fail"], attention.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()));
        Assert.False(attention.GetProperty("low_success_rate").GetBoolean());
        Assert.Equal((1, 3), (attention.GetProperty("by_phase").GetProperty("impl").GetProperty("pending").GetInt32(), attention.GetProperty("by_phase").GetProperty("impl").GetProperty("failed").GetInt32()));
    }

    [Fact]
    public async Task The_webhook_gets_signed_messages_and_those_that_failed_with_the_next_review()
    {
        await using var hook = await Webhook.StartAsync();
        hook.Status = _ => Task.FromResult(503);
        await using var server = await AgentServer.StartAsync(("FUNCTIONSEVAL_AGENTS", hook.Settings()));
        await AddAsync(server, "old", 3, "Do it");
        server.Clock.Advance(TimeSpan.FromHours(25));

        await FindAsync(server);
        hook.Status = _ => Task.FromResult(204);
        await FindAsync(server);
        await FindAsync(server);

        var (body, signature) = Assert.Single(hook.Taken);
        Assert.Equal(["STALE_TASK old", "STUCK_PHASE impl"], hook.Told.Order(StringComparer.Ordinal));
        Assert.Equal($"sha256={Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData("s"u8, Encoding.UTF8.GetBytes(body)))}", signature);
    }

    [Theory]
    [InlineData("""{"queue": {"stale": 1}}""", "FUNCTIONSEVAL_AGENTS: queue.stale is not a known field.")]
    [InlineData("""{"webhook": {"url": "http://169.254.169.254/", "hosts": ["example.org"]}}""", "webhook.url must be an http or https URL of one of webhook.hosts")]
    [InlineData("[", "FUNCTIONSEVAL_AGENTS must be a JSON object")]
    public void Wrong_settings_are_refused_at_the_start(string json, string message)
    {
        using var folder = new TemporaryFolder();

        var exception = Assert.Throws<FormatException>(() => new Settings(name => name == "FUNCTIONSEVAL_AGENTS" ? json : null, folder.Path));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static Task AddAsync(AgentServer server, string id, int priority, string direction, params string[] dependsOn) =>
        server.PostJsonAsync("/api/agent/tasks", new { task_id = id, task_type = "impl", priority, direction, depends_on = dependsOn }, HttpStatusCode.Created);

    private static async Task<List<JsonElement>> FindAsync(AgentServer server) =>
        [.. (await server.PostJsonAsync("/api/agent/review", new { })).GetProperty("findings").EnumerateArray()];

    private static List<string> Told(IEnumerable<JsonElement> findings) =>
    [
        .. findings.Select(finding =>
            $"{finding.GetProperty("rule").GetString()} {finding.GetProperty("subject").GetString()}: {string.Join(", ", finding.GetProperty("evidence").EnumerateArray().Select(id => id.GetString()).Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal),
    ];
}

using System.Net;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Reporting_tasks(SharedAgentServer shared) : IClassFixture<SharedAgentServer>
{
    private AgentServer Server => shared.Server;

    [Fact]
    public async Task A_task_goes_through_its_states_and_counts_when_it_ends()
    {
        await using var server = await AgentServer.StartAsync();
        await server.PostJsonAsync("/api/agent/tasks", new { task_id = "t1", task_type = "impl", direction = "Do it", model = "m1", context = new { prompt_variant = "v1" } }, HttpStatusCode.Created);
        var running = (await server.PatchAsync("/api/agent/tasks/t1", new { status = "running", executor = "codex" })).Json;
        var before = await server.GetJsonAsync("/api/agent/metrics");
        server.Clock.Advance(TimeSpan.FromSeconds(90));

        var ended = (await server.PatchAsync("/api/agent/tasks/t1", new { status = "completed", usage = new { input_tokens = 10, cost_usd = 0.25 } })).Json;
        var again = await server.PatchAsync("/api/agent/tasks/t1", new { status = "completed" });
        var other = await server.PatchAsync("/api/agent/tasks/t1", new { status = "failed" });
        var after = await server.GetJsonAsync("/api/agent/metrics");

        Assert.Equal("running", running.GetProperty("status").GetString());
        Assert.Equal(0, before.GetProperty("success_rate").GetProperty("total").GetInt32());
        Assert.Equal(("completed", 90.0), (ended.GetProperty("status").GetString(), ended.GetProperty("metric").GetProperty("duration_seconds").GetDouble()));
        Assert.Equal(HttpStatusCode.OK, again.Status);
        other.AssertProblem(HttpStatusCode.Conflict, "Task 't1' has ended as completed, and cannot become failed.");
        Assert.Equal(1, after.GetProperty("by_executor").GetProperty("codex").GetProperty("count").GetInt32());
        Assert.Equal(1, after.GetProperty("by_prompt_variant").GetProperty("v1").GetProperty("completed").GetInt32());
        Assert.Equal(0.25, after.GetProperty("usage").GetProperty("cost_usd").GetDouble());
    }

    [Fact]
    public async Task A_task_that_is_reported_twice_counts_once_and_something_else_only_when_it_is_to_be_amended()
    {
        await using var server = await AgentServer.StartAsync();
        object Report(double seconds) => new { task_id = "t", task_type = "impl", model = "m", duration_seconds = seconds, status = "completed" };

        var first = await server.PostAsync("/api/agent/metrics", Report(10));
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        var equal = await server.PostAsync("/api/agent/metrics", Report(10));
        var other = await server.PostAsync("/api/agent/metrics", Report(20));
        var amended = await server.PostAsync("/api/agent/metrics?amend=true", Report(20));
        var metrics = await server.GetJsonAsync("/api/agent/metrics?window_days=1");

        Assert.Equal((HttpStatusCode.Created, """{"recorded":true,"task_id":"t","amended":false}"""), (first.Status, first.Text));
        Assert.Equal((HttpStatusCode.OK, """{"recorded":false,"task_id":"t","amended":false}"""), (equal.Status, equal.Text));
        other.AssertProblem(HttpStatusCode.Conflict, "Something else was reported of task 't'; nothing is stored. amend=true");
        Assert.Equal((HttpStatusCode.OK, """{"recorded":true,"task_id":"t","amended":true}"""), (amended.Status, amended.Text));
        Assert.Equal(1, metrics.GetProperty("success_rate").GetProperty("total").GetInt32());
        Assert.Equal(20, metrics.GetProperty("execution_time").GetProperty("p50_seconds").GetInt32());
    }

    [Fact]
    public async Task Twenty_reports_of_one_task_at_once_count_once()
    {
        await using var server = await AgentServer.StartAsync();
        var reports = Enumerable.Range(0, 20).Select(_ => server.PostAsync(
            "/api/agent/metrics", new { task_id = "t", task_type = "impl", model = "m", duration_seconds = 1, status = "failed", created_at = "2026-05-04T11:00:00Z" }));

        var statuses = (await Task.WhenAll(reports)).Select(answer => answer.Status).ToList();

        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, $"{status}"));
        Assert.Equal(1, (await server.GetJsonAsync("/api/agent/metrics")).GetProperty("success_rate").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_batch_with_one_conflict_stores_nothing()
    {
        await using var server = await AgentServer.StartAsync();
        object Report(string id, double seconds) => new { task_id = id, task_type = "impl", model = "m", duration_seconds = seconds, status = "completed" };
        await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = new[] { Report("a", 1), Report("b", 2) } });

        var conflict = await server.PostAsync("/api/agent/metrics/batch", new { metrics = new[] { Report("c", 3), Report("b", 4) } });
        var mixed = await server.PostJsonAsync("/api/agent/metrics/batch", new { metrics = new[] { Report("d", 3), Report("b", 2) } });

        conflict.AssertProblem(HttpStatusCode.Conflict, "task 'b'");
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync("/api/agent/tasks/c")).Status);
        Assert.Equal((1, 1, 0), (mixed.GetProperty("recorded").GetInt32(), mixed.GetProperty("unchanged").GetInt32(), mixed.GetProperty("amended").GetInt32()));
    }

    [Fact]
    public async Task Tasks_are_handed_out_by_priority_once_their_dependencies_have_completed()
    {
        await using var server = await AgentServer.StartAsync();
        Task Add(string id, int priority, params string[] dependsOn) =>
            server.PostJsonAsync("/api/agent/tasks", new { task_id = id, task_type = "impl", priority, depends_on = dependsOn }, HttpStatusCode.Created);
        async Task<string?> Next() => (await server.PostJsonAsync("/api/agent/tasks/next", new { executor = "e" })).GetProperty("task") is { ValueKind: JsonValueKind.Object } task
            ? task.GetProperty("task_id").GetString()
            : null;
        await Add("late", 5);
        await Add("blocked", 1, "first");
        await Add("first", 2);

        var taken = new List<string?> { await Next(), await Next(), await Next() };
        await server.PatchAsync("/api/agent/tasks/first", new { status = "completed" });
        taken.Add(await Next());

        Assert.Equal(["first", "late", null, "blocked"], taken);
    }

    [Fact]
    public async Task Dependencies_may_not_lead_back()
    {
        await Server.PostJsonAsync("/api/agent/tasks", new { task_id = "a", task_type = "impl", depends_on = new[] { "b" } }, HttpStatusCode.Created);
        await Server.PostJsonAsync("/api/agent/tasks", new { task_id = "b", task_type = "impl", depends_on = new[] { "c" } }, HttpStatusCode.Created);

        var answer = await Server.PostAsync("/api/agent/tasks", new { task_id = "c", task_type = "impl", depends_on = new[] { "a" } });

        answer.AssertProblem(HttpStatusCode.BadRequest, "depends_on must not lead back to the task, but does: c -> a -> b -> c.", "depends_on");
        Assert.Equal(HttpStatusCode.NotFound, (await Server.GetAsync("/api/agent/tasks/c")).Status);
    }

    [Theory]
    [InlineData("task_id", "\"\"", "task_id must have 1 to 200 characters, but has 0.")]
    [InlineData("task_id", "\"LONG\"", "task_id must have 1 to 200 characters, but has 1,000: 'xxx")]
    [InlineData("task_id", "\"a\\u0007\"", "task_id must not hold control characters")]
    [InlineData("task_id", "7", "task_id must be text, but is 7.")]
    [InlineData("task_type", "null", "task_type must be text, but is null.")]
    [InlineData("status", "\"pending\"", "status must be completed, failed or timed_out, but is pending.")]
    [InlineData("status", "\"done\"", "status must be one of pending, running, needs_decision, completed, failed, timed_out, but is \"done\".")]
    [InlineData("duration_seconds", "-1", "duration_seconds must be between 0 and 86400, but is -1.")]
    [InlineData("duration_seconds", "86401", "duration_seconds must be between 0 and 86400, but is 86401.")]
    [InlineData("duration_seconds", "1e999", "duration_seconds must be a finite number, but is 1e999.")]
    [InlineData("created_at", "\"2026-05-04T13:00:00Z\"", "created_at must be between 2000-01-01 and now, 2026-05-04T12:00:00Z, but is 2026-05-04T13:00:00Z.")]
    [InlineData("created_at", "\"yesterday\"", "created_at must be a time as ISO 8601, such as 2026-05-04T10:00:00Z, but is \"yesterday\".")]
    [InlineData("usage", "{\"cost_usd\": -0.1}", "usage.cost_usd must be between 0 and 1000, but is -0.1.", "usage.cost_usd")]
    [InlineData("usage", "{\"tokens\": 1}", "usage.tokens is not a known field.", "usage.tokens")]
    [InlineData("assignment_probability", "0", "assignment_probability must be above 0 and at most 1, but is 0.")]
    [InlineData("colour", "\"red\"", "colour is not a known field.")]
    public async Task A_bad_report_is_refused_with_field_value_and_rule_and_nothing_is_stored(string field, string value, string message, string? told = null)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["task_id"] = $"\"bad-{field}\"",
            ["task_type"] = "\"impl\"",
            ["model"] = "\"m\"",
            ["duration_seconds"] = "1",
            ["status"] = "\"completed\"",
        };
        fields[field] = value.Replace("LONG", new string('x', 1000), StringComparison.Ordinal);
        var json = $"{{{string.Join(", ", fields.Select(entry => $"\"{entry.Key}\": {entry.Value}"))}}}";

        var single = await Server.PostAsync("/api/agent/metrics", json);
        var batch = await Server.PostAsync("/api/agent/metrics/batch", $$"""{"metrics": [{"task_id": "good-{{field}}", "task_type": "impl", "model": "m", "duration_seconds": 1, "status": "failed"}, {{json}}]}""");

        single.AssertProblem(HttpStatusCode.BadRequest, message, told ?? field);
        Assert.True(batch.Status == HttpStatusCode.BadRequest && batch.Text.Contains($"metrics[1].{told ?? field}", StringComparison.Ordinal), batch.Text);
        Assert.Equal(HttpStatusCode.NotFound, (await Server.GetAsync($"/api/agent/tasks/good-{field}")).Status);
    }

    [Theory]
    [InlineData("""{"task_id": "p", "task_type": "impl", "priority": 0}""", "priority", "priority must be between 1 and 5, but is 0.")]
    [InlineData("""{"task_id": "p", "task_type": "impl", "depends_on": ["p"]}""", "depends_on[0]", "depends_on[0] must not be the task itself, but is 'p'.")]
    [InlineData("""{"task_id": "p", "task_type": "impl", "status": "running"}""", "status", "status is not a known field.")]
    [InlineData("""{"task_id": "p"}""", "task_type", "task_type is required, but missing.")]
    public async Task A_bad_task_is_refused(string json, string field, string message)
    {
        (await Server.PostAsync("/api/agent/tasks", json)).AssertProblem(HttpStatusCode.BadRequest, message, field);
        Assert.Equal(HttpStatusCode.NotFound, (await Server.GetAsync("/api/agent/tasks/p")).Status);
    }

    [Theory]
    [InlineData("window_days=0", "window_days", "window_days must be between 1 and 90, but is 0.")]
    [InlineData("window_days=91", "window_days", "window_days must be between 1 and 90, but is 91.")]
    [InlineData("window_days=week", "window_days", "window_days must be a whole number, but is 'week'.")]
    [InlineData("windowDays=7", "windowDays", "windowDays is not a known parameter")]
    [InlineData("source=cells", "source", "source must be one of all, agents, runs, but is 'cells'.")]
    public async Task A_bad_window_is_refused(string query, string field, string message) =>
        (await Server.GetAsync($"/api/agent/metrics?{query}")).AssertProblem(HttpStatusCode.BadRequest, message, field);
}

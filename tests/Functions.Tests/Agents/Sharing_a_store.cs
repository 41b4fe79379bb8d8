using System.Net;
using System.Text.Json;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>Two instances of the program over one store, and many clients at once.</summary>
public sealed class Sharing_a_store(AgentStores stores) : IClassFixture<AgentStores>
{
    [Theory]
    [MemberData(nameof(AgentStores.Kinds), MemberType = typeof(AgentStores))]
    public async Task Reports_from_many_clients_to_two_instances_count_once_and_add_up_to_a_full_scan(string kind)
    {
        await using var one = await AgentServer.StartAsync(await stores.EmptyAsync(kind));
        await using var two = await one.StartAnotherAsync();
        var random = new Random(11);
        var reports = Enumerable.Range(0, 96).Select(index => Adding_up_days.Report(random, index)).ToList();

        // Eight clients report batches that overlap, to either instance; and forty the same task.
        var batches = Enumerable.Range(0, 8).Select(client => PostAsync(client % 2 == 0 ? one : two, reports.Skip(client * 10).Take(26)));
        var same = Enumerable.Range(0, 40).Select(client => (client % 2 == 0 ? one : two).PostAsync("/api/agent/metrics", OneTask()));
        var recorded = await Task.WhenAll(batches);
        var statuses = (await Task.WhenAll(same)).Select(answer => answer.Status).ToList();
        var amended = reports.Take(20).Select(report => report with { Status = AgentTaskStatus.TimedOut, CreatedAt = report.CreatedAt!.Value.AddDays(-2) }).ToList();
        await two.PostJsonAsync("/api/agent/metrics/batch?amend=true", new MetricBatch(amended).ToJson());

        Assert.Equal(96, recorded.Sum());
        Assert.Equal((1, 39), (statuses.Count(status => status == HttpStatusCode.Created), statuses.Count(status => status == HttpStatusCode.OK)));
        var all = amended.Concat(reports.Skip(20)).Append(JsonSerializer.Deserialize(OneTask(), FunctionsEval.Agents.Tasks.TasksJson.Context.TaskMetric)!).ToList();
        foreach (var days in new[] { 1, 30 })
        {
            var from = AgentServer.Start.Date.AddDays(-days);
            Adding_up_days.AssertEqual([.. all.Where(report => report.CreatedAt!.Value.UtcDateTime.Date >= from)], await one.GetJsonAsync($"/api/agent/metrics?window_days={days}"));
        }
    }

    [Theory]
    [MemberData(nameof(AgentStores.Kinds), MemberType = typeof(AgentStores))]
    public async Task Reviews_at_once_in_two_instances_find_tell_and_propose_everything_once(string kind)
    {
        await using var hook = await Webhook.StartAsync();
        await using var one = await AgentServer.StartAsync([.. await stores.EmptyAsync(kind), ("FUNCTIONSEVAL_AGENTS", hook.Settings())]);
        await using var two = await one.StartAnotherAsync();
        await one.PostJsonAsync("/api/agent/tasks", new { task_id = "old", task_type = "impl", direction = "Do it" }, HttpStatusCode.Created);
        one.Clock.Advance(TimeSpan.FromHours(25));
        two.Clock.Advance(TimeSpan.FromHours(25));
        await PostAsync(two, Enumerable.Range(0, 40).Select(index => new TaskMetric($"f{index}", "test", "m", 5, AgentTaskStatus.Failed, Error: "cannot open /src/a.cs", Executor: "e", OutputChars: 3)));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(client => (client % 2 == 0 ? one : two).PostJsonAsync("/api/agent/review", new { })));
        var last = await two.PostJsonAsync("/api/agent/review", new { });
        var proposals = (await one.GetJsonAsync("/api/agent/proposals")).GetProperty("proposals").EnumerateArray().Select(view => view.GetProperty("proposal")).ToList();

        string[] expected = ["EXECUTOR_FAILING e", "LOW_SUCCESS_RATE test", "REPEATED_FAILURES test: cannot open /*", "STALE_TASK old", "STUCK_PHASE impl"];
        Assert.Equal(expected, last.GetProperty("findings").EnumerateArray().Select(finding => $"{finding.GetProperty("rule").GetString()} {finding.GetProperty("subject").GetString()}").Order(StringComparer.Ordinal));
        Assert.Equal(expected, hook.Told.Order(StringComparer.Ordinal));
        Assert.Equal(3, proposals.Count);
        Assert.Equal(3, proposals.Select(proposal => $"{proposal.GetProperty("kind").GetString()} {proposal.GetProperty("subject").GetString()}").Distinct(StringComparer.Ordinal).Count());

        // And a proposal that both accept at once makes one task.
        var id = proposals[0].GetProperty("proposal_id").GetString();
        var accepted = await Task.WhenAll(Enumerable.Range(0, 8).Select(client => (client % 2 == 0 ? one : two).PostAsync($"/api/agent/proposals/{id}/accept", new { })));
        Assert.All(accepted, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var open = (await two.GetJsonAsync("/api/agent/tasks")).GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("task_id").GetString());
        Assert.Equal(["old", $"proposal-{id}"], open.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AgentStores.Kinds), MemberType = typeof(AgentStores))]
    public async Task A_task_is_handed_to_one_executor_whoever_asks_and_wherever(string kind)
    {
        await using var one = await AgentServer.StartAsync(await stores.EmptyAsync(kind));
        await using var two = await one.StartAnotherAsync();
        for (var index = 0; index < 6; index++)
        {
            await one.PostJsonAsync("/api/agent/tasks", new { task_id = $"t{index}", task_type = "impl" }, HttpStatusCode.Created);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(client => (client % 2 == 0 ? one : two).PostJsonAsync("/api/agent/tasks/next", new { executor = $"e{client}" })));

        var taken = answers.Select(answer => answer.GetProperty("task")).Where(task => task.ValueKind == JsonValueKind.Object).Select(task => task.GetProperty("task_id").GetString());
        Assert.Equal(["t0", "t1", "t2", "t3", "t4", "t5"], taken.Order(StringComparer.Ordinal));
        Assert.Equal(6, (await two.GetJsonAsync("/api/agent/tasks")).GetProperty("tasks").EnumerateArray().Count(task => task.GetProperty("status").GetString() == "running"));
    }

    private static string OneTask() => """{"task_id": "one", "task_type": "impl", "model": "m1", "duration_seconds": 3.5, "status": "failed", "created_at": "2026-05-04T11:00:00Z"}""";

    /// <summary>How many of them were news.</summary>
    private static async Task<int> PostAsync(AgentServer server, IEnumerable<TaskMetric> reports) =>
        (await server.PostJsonAsync("/api/agent/metrics/batch", new MetricBatch([.. reports]).ToJson())).GetProperty("recorded").GetInt32();
}

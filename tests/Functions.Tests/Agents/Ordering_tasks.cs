using System.Net;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Ordering_tasks
{
    [Fact]
    public async Task Tasks_are_ordered_by_priority_that_waits_late_goals_impact_and_age_and_handed_out_in_that_order()
    {
        await using var server = await AgentServer.StartAsync();
        await PutGoalAsync(server, "late", "2026-05-05");
        await PutGoalAsync(server, "early", "2030-01-01");
        await AddAsync(server, "plain-old", 3);
        await AddAsync(server, "plain-new", 3);
        await AddAsync(server, "early-goal", 3, "early");
        await AddAsync(server, "late-goal", 3, "late");
        await AddAsync(server, "foundation", 5);
        await AddAsync(server, "middle", 4, null, "foundation");
        await AddAsync(server, "urgent", 1, null, "middle");
        await AddAsync(server, "hub", 3);
        await AddAsync(server, "spoke-a", 5, null, "hub");
        await AddAsync(server, "spoke-b", 5, null, "hub", "missing");

        var report = await server.GetJsonAsync("/api/agent/priorities");
        var tasks = report.GetProperty("tasks").EnumerateArray().ToList();
        var order = tasks.Select(task => task.GetProperty("task_id").GetString()).ToList();
        var taken = new List<string?>();
        while ((await server.PostJsonAsync("/api/agent/tasks/next", new { executor = "e" })).GetProperty("task") is { ValueKind: JsonValueKind.Object } task)
        {
            taken.Add(task.GetProperty("task_id").GetString());
            await server.PatchAsync($"/api/agent/tasks/{taken[^1]}", new { status = "completed" });
        }

        Assert.Equal(10, report.GetProperty("pending").GetInt32());
        Assert.Equal(["foundation", "middle", "urgent", "late-goal", "hub", "plain-old", "plain-new", "early-goal", "spoke-a", "spoke-b"], order);
        Assert.Equal(order.SkipLast(1), taken);
        Assert.Equal(
            ["priority 1 of 'urgent', which waits for it; 2 tasks wait for it", "priority 1; waits for 'middle'", "priority 3; goal 'late' is late", "priority 3; 2 tasks wait for it", "priority 5; waits for 'hub', 'missing'"],
            [Reason(tasks[0]), Reason(tasks[2]), Reason(tasks[3]), Reason(tasks[4]), Reason(tasks[9])]);
        Assert.Equal((5, 1), (tasks[0].GetProperty("priority").GetInt32(), tasks[0].GetProperty("effective_priority").GetInt32()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    public async Task A_limit_out_of_range_is_refused(string limit)
    {
        await using var server = await AgentServer.StartAsync();

        (await server.GetAsync($"/api/agent/priorities?limit={limit}")).AssertProblem(HttpStatusCode.BadRequest, $"limit must be between 1 and 1,000, but is {limit}.", "limit");
    }

    private static string Reason(JsonElement task) => task.GetProperty("reason").GetString()!;

    private static async Task PutGoalAsync(AgentServer server, string id, string date)
    {
        await server.SendAsync(HttpMethod.Put, $"/api/agent/goals/{id}", new StringContent(JsonSerializer.Serialize(new { name = id, target = new { date } }), Encoding.UTF8, "application/json"));
        await server.SendAsync(HttpMethod.Put, $"/api/agent/goals/{id}/backlog", new StringContent("- [x] one\n- [ ] two\n- [ ] three\n- [ ] four", Encoding.UTF8, "text/markdown"));
    }

    private static Task AddAsync(AgentServer server, string id, int priority, string? goal = null, params string[] dependsOn)
    {
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        return server.PostJsonAsync("/api/agent/tasks", new { task_id = id, task_type = "impl", priority, goal, depends_on = dependsOn }, HttpStatusCode.Created);
    }
}

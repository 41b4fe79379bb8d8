using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Following_goals
{
    private const string Backlog = """
        # Backlog

        1. Write the parser
        2. Write the store {weight=3}
        - [x] Choose a name
        - [ ] Write the store {weight=4}
        Some prose that is no item.
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Progress_is_that_of_items_whose_tasks_completed()
    {
        await using var server = await AgentServer.StartAsync();
        var goal = await CreateAsync(server, new { name = "First release", target = new { share = 1, date = "2026-12-31" } });
        var items = goal.GetProperty("backlog").EnumerateArray().ToList();
        await WorkAsync(server, "t1", items[1], "failed");
        var after = await server.GetJsonAsync("/api/agent/goals/g");
        await WorkAsync(server, "t2", items[1], "completed");
        server.Clock.Advance(TimeSpan.FromDays(2));
        var done = await server.GetJsonAsync("/api/agent/goals/g");

        Assert.Equal(["Write the parser", "Write the store", "Choose a name", "Write the store"], items.Select(item => item.GetProperty("text").GetString()));
        Assert.Equal(11.1, goal.GetProperty("percent").GetDouble());
        Assert.Equal(11.1, after.GetProperty("percent").GetDouble());
        Assert.Equal((44.4, "t2"), (done.GetProperty("percent").GetDouble(), done.GetProperty("backlog")[1].GetProperty("done_by").GetString()));
        var forecast = done.GetProperty("forecast");
        Assert.Equal((1, 3), (forecast.GetProperty("items_per_day").GetDouble(), forecast.GetProperty("items_left").GetInt32()));
        Assert.Equal(("2026-05-09", true), (forecast.GetProperty("date").GetString(), done.GetProperty("in_time").GetBoolean()));
        Assert.True(string.CompareOrdinal(forecast.GetProperty("earliest").GetString(), "2026-05-09") < 0 && string.CompareOrdinal(forecast.GetProperty("latest").GetString(), "2026-05-09") > 0);
    }

    [Fact]
    public async Task An_import_again_keeps_ids_and_what_is_done_and_forgets_what_is_gone()
    {
        await using var server = await AgentServer.StartAsync();
        var before = await CreateAsync(server, new { name = "g" });
        await WorkAsync(server, "t", before.GetProperty("backlog")[0], "completed");

        var after = await ImportAsync(server, "- [ ]  Write  the PARSER\n- New work\n");

        Assert.Equal(before.GetProperty("backlog")[0].GetProperty("item_id").GetString(), after.GetProperty("backlog")[0].GetProperty("item_id").GetString());
        Assert.Equal((2, 1), (after.GetProperty("items").GetInt32(), after.GetProperty("items_done").GetInt32()));
    }

    [Fact]
    public async Task A_goal_without_progress_is_stalled_until_something_is_done()
    {
        await using var server = await AgentServer.StartAsync();
        var goal = await CreateAsync(server, new { name = "g", target = new { count = 3 } });
        server.Clock.Advance(TimeSpan.FromDays(7));

        var stalled = await server.PostJsonAsync("/api/agent/review", new { });
        await WorkAsync(server, "t", goal.GetProperty("backlog")[0], "completed");
        var after = await server.PostJsonAsync("/api/agent/review", new { });

        var finding = Assert.Single(stalled.GetProperty("findings").EnumerateArray());
        Assert.Equal(("STALLED_GOAL", "g"), (finding.GetProperty("rule").GetString(), finding.GetProperty("subject").GetString()));
        Assert.Empty(after.GetProperty("findings").EnumerateArray());
    }

    [Fact]
    public async Task A_bad_goal_or_backlog_is_refused()
    {
        await using var server = await AgentServer.StartAsync();
        await CreateAsync(server, new { name = "g" });

        (await server.SendAsync(HttpMethod.Put, "/api/agent/goals/g", Json(new { name = "g", target = new { share = 2 } })))
            .AssertProblem(HttpStatusCode.BadRequest, "target.share must be between 0.01 and 1, but is 2.", "target.share");
        (await server.SendAsync(HttpMethod.Put, "/api/agent/goals/g/backlog", Markdown("only prose"))).AssertProblem(HttpStatusCode.BadRequest, "The backlog must have 1 to 5,000 items");
        (await server.SendAsync(HttpMethod.Put, "/api/agent/goals/other/backlog", Markdown("- x"))).AssertProblem(HttpStatusCode.NotFound, "Goal 'other' does not exist.");
        Assert.Equal(4, (await server.GetJsonAsync("/api/agent/goals/g")).GetProperty("items").GetInt32());
    }

    private static async Task<JsonElement> CreateAsync(AgentServer server, object goal)
    {
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(HttpMethod.Put, "/api/agent/goals/g", Json(goal))).Status);
        return await ImportAsync(server, Backlog);
    }

    private static async Task<JsonElement> ImportAsync(AgentServer server, string markdown)
    {
        var answer = await server.SendAsync(HttpMethod.Put, "/api/agent/goals/g/backlog", Markdown(markdown));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    private static async Task WorkAsync(AgentServer server, string task, JsonElement item, string status)
    {
        await server.PostJsonAsync(
            "/api/agent/tasks", new { task_id = task, task_type = "impl", goal = "g", backlog_item = item.GetProperty("item_id").GetString() }, HttpStatusCode.Created);
        await server.PatchAsync($"/api/agent/tasks/{task}", new { status, duration_seconds = 5, output_chars = 5 });
    }

    private static StringContent Json(object value) => new(JsonSerializer.Serialize(value), Encoding.UTF8, "application/json");

    private static StringContent Markdown(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("text/markdown"));
}

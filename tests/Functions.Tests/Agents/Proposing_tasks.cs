using System.Net;
using System.Text.Json;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Proposing_tasks
{
    [Fact]
    public async Task A_stuck_pipeline_brings_one_proposal_that_becomes_a_task_when_a_person_accepts_it_and_its_effect_is_measured()
    {
        await using var server = await AgentServer.StartAsync();
        await FailAsync(server, "before", 40);
        await ReviewAsync(server);
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        await ReviewAsync(server);
        var made = await ProposalsAsync(server);
        var proposal = made.Single(view => view.GetProperty("proposal").GetProperty("kind").GetString() == "heal_pipeline").GetProperty("proposal");
        var id = proposal.GetProperty("proposal_id").GetString();
        var task = $"/api/agent/tasks/proposal-{id}";
        var early = await server.GetAsync(task);

        await server.PostJsonAsync($"/api/agent/proposals/{id}/accept", new { });
        var again = await server.PostAsync($"/api/agent/proposals/{id}/accept", new { });
        var rejected = await server.PostAsync($"/api/agent/proposals/{id}/reject", new { });
        var pending = await server.GetJsonAsync(task);
        await server.PatchAsync(task, new { status = "completed", duration_seconds = 60, output_chars = 9 });
        server.Clock.Advance(TimeSpan.FromHours(1));
        await CompleteAsync(server, "after", 40);
        var view = await server.GetJsonAsync($"/api/agent/proposals/{id}");

        Assert.Equal(HttpStatusCode.NotFound, early.Status);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        rejected.AssertProblem(HttpStatusCode.Conflict, $"Proposal '{id}' is accepted already.");
        Assert.Equal(("pending", "heal", id), (
            pending.GetProperty("status").GetString(), pending.GetProperty("request").GetProperty("task_type").GetString(),
            pending.GetProperty("request").GetProperty("context").GetProperty("proposal").GetString()));
        Assert.Equal(1, view.GetProperty("effect").GetProperty("difference").GetDouble());
        Assert.Equal("It helped: 0% of 40 tasks completed in the week before, 100% of 40 in the week after.", view.GetProperty("effect").GetProperty("sentence").GetString());
    }

    [Fact]
    public async Task A_rejected_proposal_comes_back_only_after_its_cooldown()
    {
        await using var server = await AgentServer.StartAsync();
        await FailAsync(server, "a", 40);
        await ReviewAsync(server);
        foreach (var view in await ProposalsAsync(server))
        {
            await server.PostJsonAsync($"/api/agent/proposals/{view.GetProperty("proposal").GetProperty("proposal_id").GetString()}/reject", new { });
        }

        server.Clock.Advance(TimeSpan.FromHours(71));
        await FailAsync(server, "b", 40);
        await ReviewAsync(server);
        var within = await ProposalsAsync(server, "proposed");
        server.Clock.Advance(TimeSpan.FromHours(2));
        await ReviewAsync(server);

        Assert.Empty(within);
        Assert.NotEmpty(await ProposalsAsync(server, "proposed"));
    }

    [Fact]
    public async Task Autonomous_proposals_become_tasks_within_the_daily_cap()
    {
        await using var server = await AgentServer.StartAsync(("FUNCTIONSEVAL_AGENTS", """{"proposals": {"autonomous": true, "daily_cap": 1}}"""));
        await FailAsync(server, "a", 40);
        await ReviewAsync(server);

        var views = await ProposalsAsync(server);

        Assert.True(views.Count >= 2);
        Assert.Single(views, view => view.GetProperty("proposal").GetProperty("status").GetString() == "accepted" && view.GetProperty("proposal").GetProperty("decided_by").GetString() == "setting");
        Assert.Single((await server.GetJsonAsync("/api/agent/tasks")).GetProperty("tasks").EnumerateArray());
    }

    private static Task FailAsync(AgentServer server, string prefix, int count) => ReportAsync(server, prefix, count, "failed", "cannot open /src/a.cs");

    private static Task CompleteAsync(AgentServer server, string prefix, int count) => ReportAsync(server, prefix, count, "completed", null);

    private static Task ReportAsync(AgentServer server, string prefix, int count, string status, string? error) => server.PostJsonAsync("/api/agent/metrics/batch", new
    {
        metrics = Enumerable.Range(0, count).Select(index => new { task_id = $"{prefix}{index}", task_type = "impl", model = "m", duration_seconds = 10, status, executor = "e", error, output_chars = 5 }).ToArray(),
    });

    private static Task<JsonElement> ReviewAsync(AgentServer server) => server.PostJsonAsync("/api/agent/review", new { });

    private static async Task<List<JsonElement>> ProposalsAsync(AgentServer server, string? status = null) =>
        [.. (await server.GetJsonAsync($"/api/agent/proposals{(status is null ? "" : $"?status={status}")}")).GetProperty("proposals").EnumerateArray()];
}

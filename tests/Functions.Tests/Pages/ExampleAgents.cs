using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Functions.Tests.Agents;
using FunctionsEval.Functions.Tests.Http;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>A month of agents' work for the pages to show: a phase that fails, variants that differ, goals, a queue with dependencies, proposals.</summary>
internal static class ExampleAgents
{
    public static async Task AddAsync(ServerHost server)
    {
        var (random, now) = (new Random(3), TimeProvider.System.GetUtcNow());
        var reports = Enumerable.Range(0, 900).Select(index => Report(random, index, now.AddMinutes(-5 - (index * 42))));
        await server.PostAsync("/api/agent/metrics/batch", new MetricBatch([.. reports]).ToJson());
        await PutAsync(server, "/api/agent/goals/paging", "application/json", JsonSerializer.Serialize(new { name = $"Paging everywhere {ExampleRuns.Script}", target = new { date = now.AddDays(3).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) } }));
        await PutAsync(server, "/api/agent/goals/paging/backlog", "text/markdown", "- [x] list of runs\n- [ ] list of cells\n- [ ] list of calls {weight=9}\n- [ ] list of topics");
        await PutAsync(server, "/api/agent/goals/docs", "application/json", """{"name": "Guides for every verb"}""");
        await PutAsync(server, "/api/agent/goals/docs/backlog", "text/markdown", "- [x] run\n- [x] compare\n- [ ] gate");
        await AddAsync(server, $"write-tests {ExampleRuns.RightToLeft}", 4);
        await AddAsync(server, "list-of-cells", 2, "paging", $"write-tests {ExampleRuns.RightToLeft}");
        await AddAsync(server, "a-task-with-a-name-that-is-as-long-as-somebody-who-has-never-seen-a-small-screen-would-make-it", 3);
        await server.PostAsync("/api/agent/review", "{}");
    }

    private static TaskMetric Report(Random random, int index, DateTimeOffset at)
    {
        var (type, variant) = (new[] { "spec", "impl", "test", "review" }[random.Next(4)], $"v{random.Next(3)}");
        type = index % 2 == 0 && index < 30 ? "test" : type;
        var failure = type == "test" && index < 30 ? 1 : type == "test" ? 0.45 : variant == "v2" ? 0.3 : 0.08;
        var status = random.NextDouble() > failure ? AgentTaskStatus.Completed : random.Next(4) == 0 ? AgentTaskStatus.TimedOut : AgentTaskStatus.Failed;
        return new TaskMetric(
            string.Create(CultureInfo.InvariantCulture, $"task-{index:D4}"), type, random.Next(2) == 0 ? "openai/gpt-5" : "anthropic/claude", Math.Round(60 * Math.Exp(3 * random.NextDouble()), 1), status, at,
            random.Next(2) == 0 ? "codex" : "cursor", variant, "skill-3", Usage: new TaskUsage(random.Next(10_000, 80_000), 2_000, 4, Math.Round(0.05 + random.NextDouble(), 3)),
            Error: status == AgentTaskStatus.Failed ? $"assertion failed in '{ExampleRuns.Script}{index}'" : null, OutputChars: 900);
    }

    private static async Task AddAsync(ServerHost server, string id, int priority, string? goal = null, params string[] dependsOn)
    {
        var answer = await server.PostAsync("/api/agent/tasks", JsonSerializer.Serialize(new { task_id = id, task_type = "impl", direction = $"Do {id}", priority, goal, depends_on = dependsOn }));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
    }

    private static async Task PutAsync(ServerHost server, string path, string type, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var response = await server.Client.PutAsync(new Uri(path, UriKind.Relative), content, CancellationToken.None);
        response.EnsureSuccessStatusCode();
    }
}

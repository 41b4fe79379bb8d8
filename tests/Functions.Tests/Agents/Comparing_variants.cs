using System.Net;
using System.Text.Json;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Functions.Tests.Agents;

public sealed class Comparing_variants
{
    [Fact]
    public async Task A_variant_that_completes_more_in_less_time_is_better_and_says_so()
    {
        await using var server = await AgentServer.StartAsync();
        await ReportAsync(server, Tasks("old", "impl", 100, completed: 60, seconds: 100, usd: 1), Tasks("new", "impl", 100, completed: 80, seconds: 50, usd: 0.5), Tasks("rare", "impl", 5, completed: 5));

        var report = await server.GetJsonAsync("/api/agent/variants/compare?baseline=old");

        var better = Comparison(report, "new");
        Assert.Equal(("better", 0.2), (better.GetProperty("verdict").GetString(), better.GetProperty("success_difference").GetDouble()));
        Assert.Equal(0.5, better.GetProperty("duration_ratio").GetDouble(), 4);
        Assert.StartsWith("new completes more tasks than old: +20.0 percentage points (97.5% interval +5.5 to +33.4). It takes 50% less time.", better.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        var few = Comparison(report, "rare");
        Assert.Equal(("inconclusive", "At least 30 tasks of each are needed; rare has 5 and old 100."), (few.GetProperty("verdict").GetString(), few.GetProperty("reason").GetString()));
        var old = report.GetProperty("variants").EnumerateArray().Single(variant => variant.GetProperty("variant").GetString() == "old");
        Assert.Equal(100 / 60.0, old.GetProperty("cost_per_success_usd").GetDouble(), 5);
        Assert.True(old.GetProperty("cost_interval").GetProperty("lower").GetDouble() < 100 / 60.0 && old.GetProperty("cost_interval").GetProperty("upper").GetDouble() > 100 / 60.0);
    }

    [Fact]
    public async Task Variants_that_saw_different_types_are_compared_within_types()
    {
        // The same within each type; the second one got the hard tasks.
        await using var server = await AgentServer.StartAsync();
        await ReportAsync(server, Tasks("a", "easy", 200, 180), Tasks("a", "hard", 50, 15), Tasks("b", "easy", 50, 45), Tasks("b", "hard", 200, 60));

        var report = await server.GetJsonAsync("/api/agent/variants/compare?baseline=a&margin=0.15");
        var one = await server.GetJsonAsync("/api/agent/variants/compare?baseline=a&task_type=easy");

        var comparison = Comparison(report, "b");
        Assert.Equal(-0.36, comparison.GetProperty("success_difference").GetDouble(), 4);
        Assert.Equal(0, comparison.GetProperty("stratified").GetProperty("success_difference").GetDouble(), 4);
        Assert.Equal("equivalent", comparison.GetProperty("verdict").GetString());
        Assert.Equal(["b and a saw different types of tasks; the verdict is of their difference within types."], report.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()));
        Assert.Equal(0, Comparison(one, "b").GetProperty("success_difference").GetDouble(), 4);
    }

    /// <summary>Both are as good, but tasks got harder while the assignment came to prefer one of them.</summary>
    [Fact]
    public async Task An_adaptive_assignment_is_analysed_without_its_bias()
    {
        await using var server = await AgentServer.StartAsync();
        await ReportAsync(
            server,
            Tasks("a", "impl", 200, 180, probability: 0.5), Tasks("b", "impl", 200, 180, probability: 0.5, start: 1_000),
            Tasks("a", "impl", 360, 180, probability: 0.9, start: 2_000), Tasks("b", "impl", 40, 20, probability: 0.1, start: 3_000));

        var comparison = Comparison(await server.GetJsonAsync("/api/agent/variants/compare?baseline=a"), "b");

        // As observed: 360 of 560 against 200 of 240.
        Assert.Equal(0, comparison.GetProperty("success_difference").GetDouble(), 4);
        Assert.NotEqual("better", comparison.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task A_hash_gives_equal_shares_and_a_task_keeps_its_variant()
    {
        await using var server = await AgentServer.StartAsync();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < 300; index++)
        {
            var variant = (await AssignAsync(server, $"t{index}", "hash")).GetProperty("variant").GetString()!;
            counts[variant] = counts.GetValueOrDefault(variant) + 1;
        }

        var first = await AssignAsync(server, "t0", "hash");
        var again = await AssignAsync(server, "t0", "thompson");

        Assert.All(counts.Values, count => Assert.InRange(count, 115, 185));
        Assert.Equal(first.GetRawText(), again.GetRawText());
        Assert.Equal(0.5, first.GetProperty("probability").GetDouble());
    }

    [Fact]
    public async Task Thompson_prefers_what_succeeds_with_the_probability_that_it_tells()
    {
        await using var server = await AgentServer.StartAsync();
        await ReportAsync(server, Tasks("a", "impl", 100, 90), Tasks("b", "impl", 100, 50));

        var assignments = new List<JsonElement>();
        for (var index = 0; index < 100; index++)
        {
            assignments.Add(await AssignAsync(server, $"new{index}", "thompson"));
        }

        var chosen = assignments.CountBy(assignment => assignment.GetProperty("variant").GetString()!).ToDictionary();
        Assert.InRange(chosen["a"], 88, 99);
        Assert.All(assignments, assignment => Assert.Equal(assignment.GetProperty("variant").GetString() == "a" ? 0.95 : 0.05, assignment.GetProperty("probability").GetDouble(), 3));
    }

    [Theory]
    [InlineData("by=colour", "by", "by must be one of prompt_variant, skill_version, model, executor, but is 'colour'.")]
    [InlineData("window_days=0", "window_days", "window_days must be between 1 and 90, but is 0.")]
    [InlineData("min_samples=1", "min_samples", "min_samples must be between 2 and 100000, but is 1.")]
    [InlineData("margin=much", "margin", "margin must be a share from 0 to below 1, but is 'much'.")]
    public async Task A_bad_question_is_refused(string query, string field, string message)
    {
        await using var server = await AgentServer.StartAsync();
        (await server.GetAsync($"/api/agent/variants/compare?{query}")).AssertProblem(HttpStatusCode.BadRequest, message, field);
    }

    private static Task<JsonElement> AssignAsync(AgentServer server, string task, string method) =>
        server.PostJsonAsync("/api/agent/variants/assign", new { task_id = task, variants = new[] { "a", "b" }, method });

    private static JsonElement Comparison(JsonElement report, string variant) =>
        report.GetProperty("comparisons").EnumerateArray().Single(comparison => comparison.GetProperty("variant").GetString() == variant);

    private static IEnumerable<TaskMetric> Tasks(string variant, string type, int count, int completed, double seconds = 10, double usd = 0.1, double? probability = null, int start = 0) =>
        Enumerable.Range(start, count).Select(index => new TaskMetric(
            $"{variant}-{type}-{index}", type, "m", seconds * (1 + (index % 10 * 0.1)), index - start < completed ? AgentTaskStatus.Completed : AgentTaskStatus.Failed,
            AgentServer.Start.AddHours(-1), PromptVariant: variant, AssignmentProbability: probability, Usage: new TaskUsage(CostUsd: usd), OutputChars: 9));

    private static async Task ReportAsync(AgentServer server, params IEnumerable<TaskMetric>[] tasks)
    {
        foreach (var batch in tasks.SelectMany(group => group).Chunk(1_000))
        {
            await server.PostJsonAsync("/api/agent/metrics/batch", new MetricBatch(batch).ToJson());
        }
    }
}

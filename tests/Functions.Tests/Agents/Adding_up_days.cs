using System.Globalization;
using System.Text.Json;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>The answer from roll-ups against one that is computed here from the reports themselves.</summary>
public sealed class Adding_up_days
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_of_a_window_are_those_of_its_tasks()
    {
        await using var server = await AgentServer.StartAsync();
        var random = new Random(7);
        var reports = Enumerable.Range(0, 2_000).Select(index => Report(random, index)).ToList();
        foreach (var batch in reports.Chunk(500))
        {
            await server.PostJsonAsync("/api/agent/metrics/batch", new MetricBatch(batch).ToJson());
        }

        // Amended ones leave their day.
        var amended = reports.Take(50).Select(report => report with { CreatedAt = report.CreatedAt!.Value.AddDays(-1), Status = AgentTaskStatus.Failed, DurationSeconds = 5 }).ToList();
        await server.PostJsonAsync("/api/agent/metrics/batch?amend=true", new MetricBatch(amended).ToJson());
        reports = [.. amended, .. reports.Skip(50)];

        foreach (var days in new[] { 1, 7, 30 })
        {
            var from = AgentServer.Start.Date.AddDays(-days);
            AssertEqual([.. reports.Where(report => report.CreatedAt!.Value.UtcDateTime.Date >= from)], await server.GetJsonAsync($"/api/agent/metrics?window_days={days}"));
        }
    }

    [Fact]
    public async Task Cells_of_runs_are_tasks_before_and_after_the_run_has_ended_and_are_stored_once()
    {
        await using var server = await AgentServer.StartAsync();
        var run = RunCells.Run(items: 2, models: 1, samples: 3) with { CreatedAt = AgentServer.Start };
        await server.Program.Runs.AddAsync(run, Cancel);
        foreach (var (index, address) in RunCells.Addresses(run).Index())
        {
            var cell = RunCells.Of(index == 0 ? CellOutcome.Failed : CellOutcome.Scored, address);
            await server.Program.Cells.StoreAsync(run.RunId, cell, RunCells.Said("3"), RunCells.Calls(1));
        }

        var running = await server.GetJsonAsync("/api/agent/metrics");
        await server.Program.Runs.ChangeAsync(run.RunId, stored => stored with { Status = RunStatus.Completed, Course = stored.Course with { CompletedAt = AgentServer.Start } }, Cancel);
        var ended = await server.GetJsonAsync("/api/agent/metrics");
        var again = await server.GetJsonAsync("/api/agent/metrics?source=runs");
        var agents = await server.GetJsonAsync("/api/agent/metrics?source=agents");

        foreach (var metrics in new[] { running, ended, again })
        {
            var rate = metrics.GetProperty("success_rate");
            Assert.Equal((5, 1, 0.83), (rate.GetProperty("completed").GetInt32(), rate.GetProperty("failed").GetInt32(), rate.GetProperty("rate").GetDouble()));
            Assert.Equal(6, metrics.GetProperty("by_task_type").GetProperty("cell").GetProperty("count").GetInt32());
        }

        Assert.Equal(0, running.GetProperty("execution_time").GetProperty("p50_seconds").GetInt32());
        Assert.Equal(1, ended.GetProperty("execution_time").GetProperty("p50_seconds").GetInt32());
        Assert.Equal(0, agents.GetProperty("success_rate").GetProperty("total").GetInt32());
    }

    [Fact]
    public void A_day_with_too_many_variants_folds_them_by_task_type_and_loses_no_task()
    {
        var day = new DayRollUp();
        for (var index = 0; index < DayRollUp.MaxCells + 500; index++)
        {
            day.Add(new TaskMetric($"t{index}", "impl", "m", 1, AgentTaskStatus.Completed, AgentServer.Start, PromptVariant: $"v{index}"));
        }

        var read = DayRollUp.Parse(day.ToBytes());

        Assert.Equal(DayRollUp.MaxCells + 1, read.Cells.Count);
        Assert.Equal(DayRollUp.MaxCells + 500, read.Cells.Values.Sum(cell => cell.Tasks));
        Assert.True(day.ToBytes().Length < 200_000);
    }

    internal static TaskMetric Report(Random random, int index) => new(
        $"task-{index}",
        new[] { "spec", "impl", "test" }[random.Next(3)],
        new[] { "m1", "m2" }[random.Next(2)],
        Math.Round(Math.Exp(random.NextDouble() * 7), 3),
        new[] { AgentTaskStatus.Completed, AgentTaskStatus.Completed, AgentTaskStatus.Failed, AgentTaskStatus.TimedOut }[random.Next(4)],
        AgentServer.Start.AddMinutes(-random.Next(40 * 24 * 60)),
        random.Next(2) == 0 ? "e1" : null,
        $"v{random.Next(3)}",
        Usage: random.Next(3) == 0 ? null : new TaskUsage(random.Next(10_000), random.Next(1_000), 1, random.Next(2) == 0 ? null : Math.Round(random.NextDouble(), 6)));

    internal static void AssertEqual(IReadOnlyList<TaskMetric> tasks, JsonElement metrics)
    {
        var seconds = tasks.Select(task => task.DurationSeconds).Order().ToList();
        var completed = tasks.Count(task => task.Status == AgentTaskStatus.Completed);
        var (rate, time, usage) = (metrics.GetProperty("success_rate"), metrics.GetProperty("execution_time"), metrics.GetProperty("usage"));
        Assert.Equal(tasks.Count, rate.GetProperty("total").GetInt32());
        Assert.Equal(completed, rate.GetProperty("completed").GetInt32());
        Assert.Equal(Math.Round((double)completed / tasks.Count, 2), rate.GetProperty("rate").GetDouble());
        Assert.Equal((int)Math.Round(seconds[seconds.Count / 2]), time.GetProperty("p50_seconds").GetInt32());
        Assert.Equal((int)Math.Round(seconds[seconds.Count * 95 / 100]), time.GetProperty("p95_seconds").GetInt32());
        Assert.Equal(tasks.Sum(task => (decimal)(task.Usage?.CostUsd ?? 0)), usage.GetProperty("cost_usd").GetDecimal());
        Assert.Equal(tasks.Sum(task => (task.Usage?.InputTokens ?? 0) + (task.Usage?.OutputTokens ?? 0)), usage.GetProperty("tokens").GetInt64());
        AssertGroups(tasks, task => task.TaskType, metrics.GetProperty("by_task_type"));
        AssertGroups(tasks, task => task.Model, metrics.GetProperty("by_model"));
        AssertGroups(tasks, task => task.Executor, metrics.GetProperty("by_executor"));
        AssertGroups(tasks, task => task.PromptVariant, metrics.GetProperty("by_prompt_variant"));
        Assert.Empty(metrics.GetProperty("by_skill_version").EnumerateObject());
    }

    private static void AssertGroups(IReadOnlyList<TaskMetric> tasks, Func<TaskMetric, string?> value, JsonElement groups) => Assert.Equal(
        tasks.Where(task => value(task) is not null).GroupBy(task => value(task)!).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => string.Create(
            CultureInfo.InvariantCulture,
            $"{group.Key}: {group.Count()}, {group.Count(task => task.Status == AgentTaskStatus.Failed)} failed, {group.Sum(task => (long)Math.Round(task.DurationSeconds * 1000)) / 1000.0 / group.Count():F1}")),
        groups.EnumerateObject().Select(group => string.Create(
            CultureInfo.InvariantCulture,
            $"{group.Name}: {group.Value.GetProperty("count").GetInt32()}, {group.Value.GetProperty("failed").GetInt32()} failed, {group.Value.GetProperty("avg_duration").GetDouble():F1}")));
}

internal static class MetricJson
{
    public static string ToJson(this MetricBatch batch) => JsonSerializer.Serialize(batch, new FunctionsEval.Agents.Metrics.MetricsJson(JsonRules.NewSnakeCaseOptions()).MetricBatch);
}

using System.Net;
using System.Text.Json;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>A simulated year over HTTP, on a clock that is moved day by day. The usual run of the tests takes one seed, the long one others (tests/README.md).</summary>
public sealed class Reviewing_a_year
{
    private readonly Dictionary<(string Rule, string Subject), HashSet<string>> _ids = [];
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly List<(int Day, string Finding)> _false = [];

    /// <summary>A review every fourth day, and every day around what was planted; days without one are reported together with the next. The other seeds have one every day.</summary>
    [Fact]
    public Task Every_planted_incident_is_found_under_one_id_and_resolved_and_hardly_anything_else() => LiveAsync(seed: 1, everyDays: 4);

    [Theory(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public Task So_it_is_with_other_seeds_and_a_review_every_day(int seed) => LiveAsync(seed, everyDays: 1);

    private async Task LiveAsync(int seed, int everyDays)
    {
        await using var server = await AgentServer.StartAsync(AgentYear.Start);
        var (year, waiting) = (new AgentYear(seed), new List<int>());
        for (var day = 0; day < AgentYear.Days; day++)
        {
            waiting.Add(day);
            if (day % everyDays == 0 || AgentYear.Incidents.Any(incident => day >= incident.Day && day <= incident.Day + incident.Days + 1))
            {
                await LiveAsync(server, year, waiting);
                waiting.Clear();
                Take(await server.PostJsonAsync("/api/agent/review", new { }), day);
            }

            await CleanUpAsync(server, day);
            server.Clock.SetUtcNow(AgentYear.Start.AddDays(day + 1));
        }

        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.PostJsonAsync("/api/agent/review", new { });
        var open = (await server.GetJsonAsync("/api/agent/findings")).GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("rule").GetString());

        Assert.Equal(AgentYear.Incidents.Select(incident => incident.Name).Order(StringComparer.Ordinal), _found.Order(StringComparer.Ordinal));
        Assert.All(_ids, known => Assert.Single(known.Value));
        Assert.Empty(open);
        var months = _false.GroupBy(finding => finding.Day / 30).Select(month => month.Select(finding => finding.Finding).Distinct(StringComparer.Ordinal).ToList()).ToList();
        TestContext.Current.SendDiagnosticMessage("{0} tasks; false findings: {1}", Enumerable.Range(0, AgentYear.Days).Sum(day => year.Reports(day).Count), string.Join("; ", months.SelectMany(month => month)));
        Assert.True(months.All(month => month.Count <= 2), string.Join("; ", months.SelectMany(month => month)));
    }

    /// <param name="days">The last one is today.</param>
    private static async Task LiveAsync(AgentServer server, AgentYear year, List<int> days)
    {
        var today = days[^1];
        server.Clock.SetUtcNow(AgentYear.Start.AddDays(today).AddHours(9));
        Task Pend(string id, string type, string direction) =>
            server.PostJsonAsync("/api/agent/tasks", new { task_id = id, task_type = type, direction }, HttpStatusCode.Created);
        if (AgentYear.Happens("stuck phase", today))
        {
            await Pend("stuck-a", "review", "Review the parser");
            await Pend("stuck-b", "review", "Review the command line");
        }

        server.Clock.SetUtcNow(AgentYear.Start.AddDays(today).AddHours(15));
        if (AgentYear.Happens("duplicates", today))
        {
            await Pend("dup-a", "impl", "Add paging to the list of runs");
            await Pend("dup-b", "impl", "add PAGING to the list of runs.");
        }

        var reports = days.SelectMany(day => year.Reports(day).Where(report => !(AgentYear.Happens("stuck phase", day) && report.TaskType == "review" && report.CreatedAt!.Value.Hour >= 9)));
        await server.PostJsonAsync("/api/agent/metrics/batch", new MetricBatch([.. reports]).ToJson());
        foreach (var suite in AgentYear.Suites(today))
        {
            await server.PostJsonAsync("/api/agent/artefacts", new { task_id = "suite", kind = "test_results", commit = $"commit-{today}", content = suite });
        }
    }

    private static async Task CleanUpAsync(AgentServer server, int day)
    {
        string[] ended = AgentYear.Happens("stuck phase", day) ? ["stuck-a", "stuck-b"] : AgentYear.Happens("duplicates", day) ? ["dup-a", "dup-b"] : [];
        foreach (var id in ended)
        {
            await server.PatchAsync($"/api/agent/tasks/{id}", new { status = "completed", duration_seconds = 60, output_chars = 100 });
        }

        if (AgentYear.Happens("flaky test", day))
        {
            await server.PostJsonAsync("/api/agent/artefacts", new { task_id = "suite", kind = "test_results", commit = $"end-{day}", content = "<testsuite><testcase name=\"end\"/></testsuite>" });
        }
    }

    private void Take(JsonElement report, int day)
    {
        foreach (var finding in report.GetProperty("findings").EnumerateArray())
        {
            var (rule, subject, id) = (finding.GetProperty("rule").GetString()!, finding.GetProperty("subject").GetString()!, finding.GetProperty("id").GetString()!);
            if (!_ids.TryGetValue((rule, subject), out var ids))
            {
                _ids[(rule, subject)] = ids = new HashSet<string>(StringComparer.Ordinal);
            }

            ids.Add(id);
            var causes = AgentYear.Incidents.Where(incident => incident.Explains(rule, day)).ToList();
            foreach (var cause in causes.Where(cause => cause.Rules[0] == rule && cause.Subject == subject))
            {
                _found.Add(cause.Name);
            }

            // Two weeks are what a flaky test is told for.
            if (causes.Count == 0 && !(rule == "FLAKY_TEST" && day <= AgentYear.Of("flaky test").Day + 17))
            {
                _false.Add((day, $"{rule} {subject}"));
            }
        }
    }
}

using System.Globalization;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>Something that goes wrong in the year, and the rules that may speak of it: the first one must.</summary>
/// <param name="Subject">Of the finding that must be made.</param>
/// <param name="Day">The first day, from 0.</param>
internal sealed record Incident(string Name, string Subject, int Day, int Days, params string[] Rules)
{
    /// <summary>Rules about a week speak a week longer.</summary>
    public bool Explains(string rule, int day) => Rules.Contains(rule, StringComparer.Ordinal) && day >= Day && day <= Day + Days + 7;
}

/// <summary>
/// A seeded year of agents' work: five types of tasks, weekends, growth, failures of many kinds, costs and durations that spread widely; and
/// seven incidents. What happens on a day depends on the seed and the day alone.
/// </summary>
internal sealed class AgentYear(int seed)
{
    public const int Days = 365;

    public static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Types = ["spec", "impl", "impl", "test", "review"];

    private static readonly string[] Errors =
    [
        "build failed: CS1061 at line 14", "cannot open '/src/a.cs'", "assertion failed: expected 3 but was 4", "rate limit of provider 'x' reached", "patch does not apply", "merge conflict in b.cs",
        "tool returned exit code 2", "no space left on device", "invalid JSON in answer", "context of 200000 tokens exceeded", "schema mismatch in field 'id'", "test host crashed",
    ];

    public static readonly IReadOnlyList<Incident> Incidents =
    [
        new("stuck phase", "review", 45, 1, "STUCK_PHASE"),
        new("bad prompt variant", "impl: v2", 90, 7, "BAD_VARIANT", "LOW_SUCCESS_RATE", "REPEATED_FAILURES"),
        new("cost spike", "2026-06-09", 155, 1, "COST_SPIKE"),
        new("duplicates", "dup-a", 205, 1, "DUPLICATE_TASKS"),
        new("flaky test", "suite.shaky", 255, 3, "FLAKY_TEST"),
        new("failing executor", "cursor", 297, 1, "EXECUTOR_FAILING", "REPEATED_FAILURES", "LOW_SUCCESS_RATE"),
        new("timeouts", "test", 325, 1, "TIMEOUT_PATTERN", "LOW_SUCCESS_RATE"),
    ];

    public static Incident Of(string name) => Incidents.Single(incident => incident.Name == name);

    /// <summary>The tasks that end on a day, before its review at 15:00.</summary>
    public IReadOnlyList<TaskMetric> Reports(int day)
    {
        var random = new Random((seed * 1_000) + day);
        var date = Start.AddDays(day);
        var isWeekend = date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var count = (int)((isWeekend ? 14 : 56) * (1 + (0.001 * day)) * (0.85 + (0.3 * random.NextDouble())));
        return [.. Enumerable.Range(0, count).Select(index => Report(random, day, index, date.AddMinutes(8 + random.Next(14 * 60 + 40))))];
    }

    /// <summary>How the suite of a day's commit ends; on the days of the flaky test, several runs that differ.</summary>
    public static IEnumerable<string> Suites(int day)
    {
        var isFlaky = Happens("flaky test", day);
        for (var run = 0; run < (isFlaky ? 3 : 1); run++)
        {
            var tests = Enumerable.Range(0, 4).Select(test => $"<testcase classname=\"suite\" name=\"t{test}\"/>");
            yield return $"<testsuite>{string.Concat(tests)}<testcase classname=\"suite\" name=\"shaky\">{(isFlaky && run == 1 ? "<failure/>" : "")}</testcase></testsuite>";
        }
    }

    public static bool Happens(string name, int day) => Of(name) is var incident && day >= incident.Day && day < incident.Day + incident.Days;

    private static TaskMetric Report(Random random, int day, int index, DateTimeOffset at)
    {
        var type = Types[random.Next(Types.Length)];
        var executor = random.Next(2) == 0 ? "codex" : "cursor";
        var variant = $"v{random.Next(3)}";
        var failure = 0.07;
        failure = Happens("bad prompt variant", day) && type == "impl" && variant == "v2" ? 0.6 : failure;
        failure = Happens("failing executor", day) && executor == "cursor" ? 0.85 : failure;
        var timeout = Happens("timeouts", day) && type == "test" ? 0.6 : 0.01;
        var draw = random.NextDouble();
        var status = draw < timeout ? AgentTaskStatus.TimedOut : draw < timeout + failure ? AgentTaskStatus.Failed : AgentTaskStatus.Completed;
        var spread = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return new TaskMetric(
            string.Create(CultureInfo.InvariantCulture, $"d{day:D3}-{index:D3}"),
            type,
            random.Next(3) == 0 ? "openai/gpt-5" : "anthropic/claude",
            Math.Round(Math.Min(7_000, 240 * Math.Exp(0.8 * spread)), 2),
            status,
            at,
            executor,
            variant,
            "skill-3",
            Usage: new TaskUsage(random.Next(20_000, 80_000), random.Next(1_000, 6_000), random.Next(1, 12), Math.Round(0.2 * Math.Exp(0.5 * spread) * (Happens("cost spike", day) ? 4 : 1), 4)),
            Error: status == AgentTaskStatus.Failed ? Errors[random.Next(Errors.Length)] : null,
            OutputChars: status == AgentTaskStatus.Completed ? random.Next(200, 9_000) : random.Next(1, 900));
    }
}

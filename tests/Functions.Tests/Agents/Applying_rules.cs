using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>Rules at and around their thresholds, and once the condition is over.</summary>
public sealed class Applying_rules
{
    private static readonly DateTimeOffset Now = AgentServer.Start;

    [Theory]
    [InlineData(2, 4, 61, true)]
    [InlineData(1, 5, 61, true)]
    [InlineData(2, 4, 60, false)]
    [InlineData(2, 3, 61, false)]
    [InlineData(3, 4, 61, false)]
    [InlineData(2, 4, -5, false)]
    public void LOW_PRIORITY_FIRST_tells_of_a_low_task_taken_an_hour_after_a_high_one_began_to_wait(int high, int low, int minutes, bool speaks)
    {
        var waiting = Pending("high", hoursAgo: 3, priority: high);
        var taken = Running("low", minutesAgo: 180 - minutes, priority: low);

        AssertFound(speaks ? ["LOW_PRIORITY_FIRST high"] : [], "LOW_PRIORITY_FIRST", waiting, taken);
        AssertFound([], "LOW_PRIORITY_FIRST", taken);
        AssertFound([], "LOW_PRIORITY_FIRST", waiting, taken with { Status = AgentTaskStatus.Pending });
        AssertFound([], "LOW_PRIORITY_FIRST", waiting with { Request = waiting.Request! with { DependsOn = ["other"] } }, taken);
        AssertFound([], "LOW_PRIORITY_FIRST", waiting, taken with { Request = taken.Request! with { TaskType = "spec" } });
    }

    [Theory]
    [InlineData(120, 100, true)]
    [InlineData(119, 100, false)]
    [InlineData(300, 5_000, false)]
    [InlineData(334, 5_000, true)]
    public void ORPHAN_TASK_tells_of_a_task_that_runs_for_two_hours_and_four_times_as_long_as_its_type(int minutes, int usualSeconds, bool speaks)
    {
        var running = Running("lost", minutes);
        var usual = Enumerable.Range(0, 40).Select(index => Ended($"e{index}", AgentTaskStatus.Completed, seconds: usualSeconds)).ToArray();

        AssertFound(speaks ? ["ORPHAN_TASK lost"] : [], "ORPHAN_TASK", [running, .. usual]);
        AssertFound([], "ORPHAN_TASK", [running with { Status = AgentTaskStatus.NeedsDecision }, .. usual]);
        AssertFound([], "ORPHAN_TASK", [.. usual, Ended("lost", AgentTaskStatus.Failed)]);
    }

    [Theory]
    [InlineData(3_000_000, true)]
    [InlineData(1_700_000, false)]
    [InlineData(1_000_000, false)]
    public void TOKEN_SPIKE_tells_of_a_day_that_uses_far_more_than_such_days(long today, bool speaks)
    {
        var days = DaysOf(45, tokens: 1_000_000);
        days[DateOnly.FromDateTime(Now.Date)] = DayOf(today);

        AssertFound(speaks ? ["TOKEN_SPIKE 2026-05-04"] : [], "TOKEN_SPIKE", days);
        days[DateOnly.FromDateTime(Now.Date)] = DayOf(1_050_000);
        AssertFound([], "TOKEN_SPIKE", days);
    }

    [Fact]
    public void TOKEN_SPIKE_needs_two_weeks_of_such_days_and_an_amount_that_matters()
    {
        var few = DaysOf(17, tokens: 1_000_000);
        few[DateOnly.FromDateTime(Now.Date)] = DayOf(9_000_000);
        var small = DaysOf(45, tokens: 1_000);
        small[DateOnly.FromDateTime(Now.Date)] = DayOf(99_000);

        AssertFound([], "TOKEN_SPIKE", few);
        AssertFound([], "TOKEN_SPIKE", small);
        small[DateOnly.FromDateTime(Now.Date)] = DayOf(101_500);
        AssertFound(["TOKEN_SPIKE 2026-05-04"], "TOKEN_SPIKE", small);
    }

    [Theory]
    [InlineData(AgentTaskStatus.Failed, true)]
    [InlineData(AgentTaskStatus.TimedOut, true)]
    [InlineData(AgentTaskStatus.Completed, false)]
    public void BLOCKED_TASK_tells_of_a_task_whose_dependency_did_not_complete(AgentTaskStatus status, bool speaks)
    {
        var waiting = Pending("waits", dependsOn: ["first", "second"]);

        AssertFound(speaks ? ["BLOCKED_TASK waits"] : [], "BLOCKED_TASK", waiting, Ended("second", status));
        AssertFound([], "BLOCKED_TASK", waiting, Pending("second"));
        AssertFound([], "BLOCKED_TASK", waiting with { Status = AgentTaskStatus.Running }, Ended("second", status));
        AssertFound([], "BLOCKED_TASK", Ended("second", status));
    }

    [Theory]
    [InlineData(8, 1, true)]
    [InlineData(7.99, 1, false)]
    [InlineData(1, 121, true)]
    [InlineData(1, 120, false)]
    public void OVERSIZED_ITEM_tells_of_open_items_that_are_too_large_for_one_task(double weight, int words, bool speaks)
    {
        var text = string.Join(' ', Enumerable.Repeat("word", words));

        AssertFound(speaks ? ["OVERSIZED_ITEM g/i1"] : [], "OVERSIZED_ITEM", GoalWith(new BacklogItem("i1", text, weight, 0)));
        AssertFound([], "OVERSIZED_ITEM", GoalWith(new BacklogItem("i1", text, weight, 0, DoneAt: Now)));
        AssertFound([], "OVERSIZED_ITEM", GoalWith());
    }

    [Theory]
    [InlineData(24, true)]
    [InlineData(23.9, false)]
    public void NEEDS_DECISION_tells_of_a_task_that_waits_for_a_person_for_a_day(double hours, bool speaks)
    {
        var task = Pending("open", hours) with { Status = AgentTaskStatus.NeedsDecision };

        AssertFound(speaks ? ["NEEDS_DECISION open"] : [], "NEEDS_DECISION", task);
        AssertFound([], "NEEDS_DECISION", task with { Status = AgentTaskStatus.Pending });
        AssertFound([], "NEEDS_DECISION", task with { ChangedAt = Now });
        AssertFound([], "NEEDS_DECISION", Ended("open", AgentTaskStatus.Completed));
    }

    [Fact]
    public void DEPENDENCY_CYCLE_tells_of_each_set_of_open_tasks_that_wait_for_each_other_once()
    {
        var (a, b, c) = (Pending("a", dependsOn: ["b"]), Pending("b", dependsOn: ["x", "c"]), Pending("c", dependsOn: ["a"]));

        AssertFound(["DEPENDENCY_CYCLE a", "DEPENDENCY_CYCLE m"], "DEPENDENCY_CYCLE", a, b, c, Pending("tail", dependsOn: ["a"]), Pending("x"), Pending("m", dependsOn: ["m"]));
        AssertFound([], "DEPENDENCY_CYCLE", a, b);
        AssertFound([], "DEPENDENCY_CYCLE", a, b, Ended("c", AgentTaskStatus.Completed));
        AssertFound([], "DEPENDENCY_CYCLE", a, b, Pending("c", dependsOn: ["y"]), Pending("y"));
        AssertFound(["DEPENDENCY_CYCLE a"], "DEPENDENCY_CYCLE", Pending("a", dependsOn: ["ended", "b"]), Pending("b", dependsOn: ["d", "a"]), Pending("d", dependsOn: ["e"]), Pending("e"));
    }

    [Fact]
    public void Hundreds_of_thousands_of_dependencies_are_looked_at_in_a_moment()
    {
        var chain = Enumerable.Range(0, 4_000).Select(index => Pending($"t{index:D5}", dependsOn: [.. Enumerable.Range(index + 1, 50).Select(next => $"t{next:D5}")])).ToArray();
        var clock = System.Diagnostics.Stopwatch.StartNew();

        AssertFound([], "DEPENDENCY_CYCLE", chain);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    private static AgentTask Pending(string id, double hoursAgo = 1, int priority = 3, IReadOnlyList<string>? dependsOn = null) => new(
        id, AgentTaskStatus.Pending, Now.AddHours(-hoursAgo), Now.AddHours(-hoursAgo), new TaskRequest(id, "impl", $"Do {id}", priority, dependsOn));

    private static AgentTask Running(string id, double minutesAgo, int priority = 3) => new(
        id, AgentTaskStatus.Running, Now.AddHours(-9), Now.AddMinutes(-minutesAgo), new TaskRequest(id, "impl", $"Do {id}", priority), StartedAt: Now.AddMinutes(-minutesAgo));

    private static AgentTask Ended(string id, AgentTaskStatus status, double seconds = 60) =>
        new(id, status, Now, Now, Metric: new TaskMetric(id, "impl", "m", seconds, status, Now.AddHours(-2), OutputChars: 5), EndedAt: Now.AddHours(-2));

    private static SortedDictionary<DateOnly, DayRollUp> DaysOf(int days, long tokens)
    {
        var all = new SortedDictionary<DateOnly, DayRollUp>();
        for (var back = 1; back <= days; back++)
        {
            // A few percent up and down, as days differ.
            all[DateOnly.FromDateTime(Now.Date).AddDays(-back)] = DayOf(tokens * (100 + (back * 7 % 11) - 5) / 100);
        }

        return all;
    }

    private static DayRollUp DayOf(long tokens)
    {
        var day = new DayRollUp();
        day.Add(new TaskMetric("t", "impl", "m", 10, AgentTaskStatus.Completed, Now, Usage: new TaskUsage(tokens, 0, 1)));
        return day;
    }

    private static GoalStatus GoalWith(params BacklogItem[] items) =>
        new(new Goal("g", "Goal", new GoalTarget(), Now), items.Length, 0, 1, 0, 0, Reached: false, Stalled: false, Now, Forecast: null, InTime: null, items);

    private static void AssertFound(IReadOnlyList<string> expected, string rule, params AgentTask[] tasks) => AssertFound(expected, rule, State(tasks));

    private static void AssertFound(IReadOnlyList<string> expected, string rule, IReadOnlyDictionary<DateOnly, DayRollUp> days) => AssertFound(expected, rule, State() with { Days = days });

    private static void AssertFound(IReadOnlyList<string> expected, string rule, GoalStatus goal) => AssertFound(expected, rule, State() with { Goals = [goal] });

    private static PipelineState State(params AgentTask[] tasks) => new(
        Now, [.. tasks.Where(task => task.EndedAt is null)], [.. tasks.Where(task => task.EndedAt is not null)], new Dictionary<DateOnly, DayRollUp>(), [], [], []);

    private static void AssertFound(IReadOnlyList<string> expected, string rule, PipelineState state) => Assert.Equal(
        expected,
        new ReviewRules(AgentThresholds.Standard).Look(state).Where(found => found.Rule == rule).Select(found => $"{found.Rule} {found.Subject}").Order(StringComparer.Ordinal));
}

using FunctionsEval.Durable.Protocol;
using static FunctionsEval.Durable.Tests.Histories;

namespace FunctionsEval.Durable.Tests.Executor;

public sealed class Running_an_orchestrator
{
    [Fact]
    public void An_empty_orchestrator_completes_at_once()
    {
        var result = Run(_ => Task.FromResult<object?>(null), Turn(), Started("Main"));

        Assert.Equal(OrchestrationStatus.Completed, result.Completion()!.OrchestrationStatus);
        Assert.Null(result.Completion()!.Result);
        Assert.Equal(0, Assert.Single(result.Actions).Id);
    }

    [Fact]
    public void Input_goes_in_and_output_comes_out_as_JSON()
    {
        var result = Run(
            context => Task.FromResult<object?>(new[] { context.Name, context.InstanceId, context.GetInput<string>() }),
            Turn(),
            Started("Main", "\"in\""));

        Assert.Equal("""["Main","instance","in"]""", result.Completion()!.Result);
    }

    [Fact]
    public void Actions_take_ids_in_the_order_of_the_calls()
    {
        var result = Run(
            async context =>
            {
                _ = context.CallActivityAsync("A");
                _ = context.CallSubOrchestratorAsync("B");
                context.SendEvent("other", "C", 1);
                await context.CreateTimer(TimeSpan.FromSeconds(9), CancellationToken.None);
                return null;
            },
            Turn(),
            Started("Main"));

        Assert.Equal([0, 1, 2, 3], result.Actions.Select(action => action.Id));
        Assert.Equal("A", result.Actions[0].ScheduleTask.Name);
        Assert.Equal("instance:01234567:0001", result.Actions[1].CreateSubOrchestration.InstanceId);
        Assert.Equal("1", result.Actions[2].SendEvent.Data);
        Assert.Equal(Start.AddSeconds(9), result.Actions[3].CreateTimer.FireAt.ToDateTime());
    }

    [Fact]
    public void A_chain_of_ten_activities_takes_ten_turns()
    {
        static async Task<object?> Chain(OrchestrationContext context)
        {
            var number = 0;
            for (var step = 0; step < 10; step++)
            {
                number = await context.CallActivityAsync<int>("PlusOne", number);
            }

            return number;
        }

        HistoryEvent[] past = [Turn(), Started("Main")];
        for (var step = 0; step < 10; step++)
        {
            var action = Assert.Single(Run(Chain, past[..^1], past[^1]).Actions);
            Assert.Equal((step, "PlusOne", $"{step}"), (action.Id, action.ScheduleTask.Name, action.ScheduleTask.Input));
            past = [.. past, Scheduled(step, "PlusOne"), Turn(step + 1), Completed(step, $"{step + 1}")];
        }

        Assert.Equal("10", Run(Chain, past[..^1], past[^1]).Completion()!.Result);
    }

    [Fact]
    public void A_fan_out_keeps_the_order_of_its_calls()
    {
        var result = Run(
            async context => await Task.WhenAll(Enumerable.Range(0, 10).Select(number => context.CallActivityAsync<string>("Text", number))),
            [Turn(), Started("Main"), .. Enumerable.Range(0, 10).Select(id => Scheduled(id, "Text"))],
            [Turn(1), .. Enumerable.Range(0, 10).Reverse().Select(id => Completed(id, $"\"{id}\""))]);

        Assert.Equal("""["0","1","2","3","4","5","6","7","8","9"]""", result.Completion()!.Result);
    }

    [Fact]
    public void Replaying_is_told_by_the_list_an_event_stands_in()
    {
        var result = Run(
            async context =>
            {
                var seen = new List<bool> { context.IsReplaying };
                await context.CallActivityAsync("A");
                seen.Add(context.IsReplaying);
                await context.CallActivityAsync("A");
                seen.Add(context.IsReplaying);
                return seen;
            },
            [Turn(), Started("Main"), Scheduled(0, "A"), Turn(1), Completed(0), Scheduled(1, "A")],
            Turn(2),
            Completed(1));

        Assert.Equal("[true,true,false]", result.Completion()!.Result);
    }

    [Fact]
    public void Time_is_that_of_the_turn()
    {
        var result = Run(
            async context =>
            {
                var times = new List<DateTime> { context.CurrentUtcDateTime };
                await context.CallActivityAsync("A");
                times.Add(context.CurrentUtcDateTime);
                return times.Select(time => (time - Start).TotalSeconds).ToArray();
            },
            [Turn(5), Started("Main"), Scheduled(0, "A")],
            Turn(7),
            Completed(0));

        Assert.Equal("[5,7]", result.Completion()!.Result);
    }

    [Fact]
    public void Guids_differ_within_a_run_and_are_the_same_on_replay()
    {
        static async Task<object?> Guids(OrchestrationContext context)
        {
            var first = context.NewGuid();
            var second = context.NewGuid();
            await context.CallActivityAsync("A");
            return new[] { first, second, context.NewGuid() };
        }

        HistoryEvent[] past = [Turn(), Started("Main"), Scheduled(0, "A")];
        var once = Json.Deserialize<Guid[]>(Run(Guids, past, Turn(1), Completed(0)).Completion()!.Result)!;
        var again = Json.Deserialize<Guid[]>(Run(Guids, past, Turn(1), Completed(0)).Completion()!.Result)!;

        Assert.Equal(3, once.Distinct().Count());
        Assert.Equal(once, again);
        Assert.All(once, guid => Assert.Equal(5, guid.Version));
    }

    [Fact]
    public void Custom_status_is_given_with_every_turn()
    {
        static async Task<object?> WithStatus(OrchestrationContext context)
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.CallActivityAsync("A");
            return null;
        }

        Assert.Equal("""{"step":1}""", Run(WithStatus, Turn(), Started("Main")).CustomStatus);
        Assert.Equal("""{"step":1}""", Run(WithStatus, [Turn(), Started("Main"), Scheduled(0, "A")], Turn(1), Completed(0)).CustomStatus);
        Assert.False(Run(_ => Task.FromResult<object?>(null), Turn(), Started("Main")).HasCustomStatus);
    }

    [Fact]
    public void An_orchestrator_that_returns_leaves_its_open_tasks_and_still_starts_what_it_asked_for()
    {
        var result = Run(
            context =>
            {
                _ = context.CallActivityAsync("Forgotten");
                return Task.FromResult<object?>("done");
            },
            Turn(),
            Started("Main"));

        Assert.Equal(["ScheduleTask", "CompleteOrchestration"], result.Actions.Select(action => $"{action.OrchestratorActionTypeCase}"));
    }

    [Fact]
    public void The_parent_is_known()
    {
        var started = Started("Main");
        started.ExecutionStarted.ParentInstance = new ParentInstanceInfo
        {
            Name = "Parent",
            OrchestrationInstance = new OrchestrationInstance { InstanceId = "above" },
        };

        var result = Run(context => Task.FromResult<object?>($"{context.Parent!.Name}/{context.Parent.InstanceId}"), Turn(), started);

        Assert.Equal("\"Parent/above\"", result.Completion()!.Result);
    }

    [Fact]
    public void A_thousand_events_replay()
    {
        static async Task<object?> Wide(OrchestrationContext context) =>
            (await Task.WhenAll(Enumerable.Range(0, 500).Select(number => context.CallActivityAsync<int>("A", number)))).Sum();

        HistoryEvent[] past = [Turn(), Started("Main"), .. Enumerable.Range(0, 500).Select(id => Scheduled(id, "A")), Turn(1)];
        HistoryEvent[] last = [.. Enumerable.Range(0, 500).Select(id => Completed(id, "1"))];

        Assert.Equal("500", Run(Wide, past, last).Completion()!.Result);
    }
}

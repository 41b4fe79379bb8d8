using FunctionsEval.Durable.Protocol;
using static FunctionsEval.Durable.Tests.Histories;

namespace FunctionsEval.Durable.Tests.Executor;

public sealed class Suspending_terminating_and_beginning_anew
{
    [Fact]
    public void A_suspended_orchestration_gives_no_actions()
    {
        var result = Run(async context => await context.CallActivityAsync<int>("A"), Turn(), Started("Main"), Suspended());

        Assert.Empty(result.Actions);
    }

    [Fact]
    public void What_comes_while_suspended_is_handled_in_order_after_the_resumption()
    {
        var execution = Execution(Registry(async context =>
        {
            var numbers = new List<int>();
            for (var turn = 0; turn < 3; turn++)
            {
                numbers.Add(await context.WaitForExternalEvent<int>("N"));
            }

            return numbers;
        }));
        execution.Run([Turn(), Started("Main"), Suspended()]);
        Assert.True(execution.IsSuspended);
        Assert.Empty(execution.Run([Turn(1), Raised("N", "1"), Suspended()]).Actions);
        Assert.Empty(execution.Run([Turn(2), Raised("N", "2"), Raised("N", "3")]).Actions);

        Assert.Equal("[1,2,3]", execution.Run([Turn(3), Resumed()]).Completion()!.Result);
        Assert.False(execution.IsSuspended);
    }

    [Fact]
    public void A_resumed_orchestration_gives_the_actions_it_held_back()
    {
        var result = Run(async context => await context.CallActivityAsync<int>("A"), [Turn(), Started("Main"), Suspended()], Turn(1), Resumed());

        Assert.Equal("A", Assert.Single(result.Actions).ScheduleTask.Name);
    }

    [Fact]
    public void A_termination_ends_the_orchestration_with_its_output()
    {
        var result = Run(async context => await context.CallActivityAsync<int>("A"), [Turn(), Started("Main"), Scheduled(0, "A")], Turn(1), Terminated("\"bye\""));

        Assert.Equal((OrchestrationStatus.Terminated, "\"bye\""), (result.Completion()!.OrchestrationStatus, result.Completion()!.Result));
    }

    [Fact]
    public void A_suspended_orchestration_can_be_terminated_and_starts_nothing_more()
    {
        var result = Run(async context => await context.CallActivityAsync<int>("A"), Turn(), Started("Main"), Suspended(), Terminated());

        Assert.Equal(OrchestrationStatus.Terminated, Assert.Single(result.Actions).CompleteOrchestration.OrchestrationStatus);
    }

    [Fact]
    public void After_a_termination_no_user_code_runs()
    {
        var ranOn = false;
        Run(
            async context =>
            {
                await context.WaitForExternalEvent<int>("N");
                ranOn = true;
                return null;
            },
            Turn(),
            Started("Main"),
            Terminated(),
            Raised("N", "1"));

        Assert.False(ranOn);
    }

    [Fact]
    public void Continue_as_new_carries_the_events_that_nobody_took()
    {
        var result = Run(
            async context =>
            {
                var first = await context.WaitForExternalEvent<int>("N");
                context.ContinueAsNew(context.GetInput<int>() + first);
                return null;
            },
            [Turn(), Started("Main", "5"), Turn(1), Raised("Other", "1")],
            Turn(2),
            Raised("N", "2"),
            Raised("N", "3"));

        var completion = result.Completion()!;
        Assert.Equal((OrchestrationStatus.ContinuedAsNew, "7"), (completion.OrchestrationStatus, completion.Result));
        Assert.Equal(["Other=1", "N=3"], completion.CarryoverEvents.Select(carried => $"{carried.EventRaised.Name}={carried.EventRaised.Input}"));
    }

    [Fact]
    public void Continue_as_new_may_drop_events()
    {
        var completion = Run(
            context =>
            {
                context.ContinueAsNew(null, preserveUnprocessedEvents: false);
                return Task.FromResult<object?>(null);
            },
            Turn(),
            Raised("N", "1"),
            Started("Main")).Completion()!;

        Assert.Equal(OrchestrationStatus.ContinuedAsNew, completion.OrchestrationStatus);
        Assert.Empty(completion.CarryoverEvents);
    }

    [Fact]
    public void A_termination_in_the_turn_that_continues_as_new_is_not_lost()
    {
        var result = Run(
            async context =>
            {
                await context.WaitForExternalEvent<int>("N");
                context.ContinueAsNew();
                return null;
            },
            [Turn(), Started("Main")],
            Turn(1),
            Raised("N", "1"),
            Terminated());

        Assert.Equal(OrchestrationStatus.Terminated, result.Completion()!.OrchestrationStatus);
    }
}

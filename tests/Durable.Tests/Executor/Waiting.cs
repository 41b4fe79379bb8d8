using static FunctionsEval.Durable.Tests.Histories;

namespace FunctionsEval.Durable.Tests.Executor;

public sealed class Waiting
{
    [Fact]
    public void A_wait_with_a_timeout_schedules_one_timer()
    {
        var result = Run(
            async context => await context.WaitForExternalEvent<string>("Go", TimeSpan.FromSeconds(5)), Turn(3), Started("Main"));

        var action = Assert.Single(result.Actions);
        Assert.Equal(Start.AddSeconds(8), action.CreateTimer.FireAt.ToDateTime());
    }

    [Fact]
    public void A_wait_ends_with_its_timeout()
    {
        var result = Run(
            async context =>
            {
                try
                {
                    return await context.WaitForExternalEvent<string>("Go", TimeSpan.FromSeconds(5));
                }
                catch (TaskCanceledException)
                {
                    return "late";
                }
            },
            [Turn(), Started("Main"), TimerCreated(0, 5)],
            Turn(5),
            Fired(0));

        Assert.Equal("\"late\"", result.Completion()!.Result);
    }

    [Fact]
    public void An_event_ends_a_wait_and_its_timer_fires_unheard()
    {
        var execution = Execution(Registry(async context =>
        {
            var value = await context.WaitForExternalEvent<int>("go", TimeSpan.FromSeconds(5));
            return value + await context.CallActivityAsync<int>("A");
        }));
        execution.Run([Turn(), Started("Main")]);
        execution.Run([Turn(1), Raised("GO", "40")]);
        Assert.Empty(execution.Run([Turn(5), Fired(0)]).Actions);

        Assert.Equal("42", execution.Run([Turn(6), Completed(1, "2")]).Completion()!.Result);
    }

    [Fact]
    public void A_timeout_of_zero_is_over_at_once_unless_the_event_is_there()
    {
        static async Task<object?> Wait(OrchestrationContext context)
        {
            try
            {
                return await context.WaitForExternalEvent<string>("Go", TimeSpan.Zero);
            }
            catch (OperationCanceledException)
            {
                return "none";
            }
        }

        Assert.Equal("\"none\"", Run(Wait, Turn(), Started("Main")).Completion()!.Result);
        Assert.Equal("\"x\"", Run(Wait, Turn(), Raised("Go", "\"x\""), Started("Main")).Completion()!.Result);
    }

    [Fact]
    public void Events_that_come_early_are_kept_in_their_order()
    {
        var result = Run(
            async context =>
            {
                await context.CallActivityAsync("A");
                return new[]
                {
                    await context.WaitForExternalEvent<int>("N"), await context.WaitForExternalEvent<int>("N"), await context.WaitForExternalEvent<int>("N"),
                };
            },
            [Turn(), Started("Main"), Scheduled(0, "A"), Turn(1), Raised("N", "1"), Raised("n", "2"), Raised("N", "3")],
            Turn(2),
            Completed(0));

        Assert.Equal("[1,2,3]", result.Completion()!.Result);
    }

    [Fact]
    public void Waiters_of_one_name_are_served_first_come_first_served()
    {
        var result = Run(
            async context => await Task.WhenAll(context.WaitForExternalEvent<int>("N"), context.WaitForExternalEvent<int>("N")),
            [Turn(), Started("Main")],
            Turn(1),
            Raised("N", "1"),
            Raised("N", "2"));

        Assert.Equal("[1,2]", result.Completion()!.Result);
    }

    [Fact]
    public void A_waiter_that_timed_out_does_not_take_a_later_event()
    {
        var execution = Execution(Registry(async context =>
        {
            var lost = 0;
            while (true)
            {
                try
                {
                    return new[] { lost, await context.WaitForExternalEvent<int>("N", TimeSpan.FromSeconds(1)) };
                }
                catch (OperationCanceledException)
                {
                    lost++;
                }
            }
        }));
        execution.Run([Turn(), Started("Main")]);
        execution.Run([Turn(1), Fired(0)]);
        execution.Run([Turn(2), Fired(1)]);

        Assert.Equal("[2,9]", execution.Run([Turn(2.5), Raised("N", "9")]).Completion()!.Result);
    }

    [Fact]
    public void Contention_of_two_waits_and_a_timeout_gives_each_event_to_one()
    {
        var execution = Execution(Registry(async context =>
        {
            var first = context.WaitForExternalEvent<int>("N", TimeSpan.FromSeconds(1));
            var second = context.WaitForExternalEvent<int>("N", TimeSpan.FromSeconds(9));
            await Task.WhenAny(Task.WhenAll(first, second));
            return new[] { first.IsCanceled ? -1 : await first, await second };
        }));
        execution.Run([Turn(), Started("Main")]);
        execution.Run([Turn(1), Fired(0)]);

        Assert.Equal("[-1,5]", execution.Run([Turn(2), Raised("N", "5")]).Completion()!.Result);
    }

    [Fact]
    public void A_cancelled_wait_is_over()
    {
        var result = Run(
            async context =>
            {
                using var source = new CancellationTokenSource();
                var wait = context.WaitForExternalEvent<int>("Never", source.Token);
                var timer = context.CreateTimer(TimeSpan.FromDays(1), source.Token);
                await context.CallActivityAsync("A");
#pragma warning disable CA1849 // Cancelling must stay inside the turn.
                source.Cancel();
#pragma warning restore CA1849
                return new[] { wait.IsCanceled, timer.IsCanceled };
            },
            [Turn(), Started("Main"), TimerCreated(0), Scheduled(1, "A")],
            Turn(1),
            Completed(1));

        Assert.Equal("[true,true]", result.Completion()!.Result);
    }

    [Fact]
    public void A_long_timer_is_a_chain_of_parts_of_three_days()
    {
        var execution = Execution(Registry(async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(10), CancellationToken.None);
            return (context.CurrentUtcDateTime - Start).TotalDays;
        }));
        var result = execution.Run([Turn(), Started("Main")]);
        var parts = new List<double>();
        while (result.Completion() is null)
        {
            var timer = Assert.Single(result.Actions);
            parts.Add((timer.CreateTimer.FireAt.ToDateTime() - Start).TotalDays);
            result = execution.Run([Turn(parts[^1] * 86400), Fired(timer.Id)]);
        }

        Assert.Equal([3, 6, 9, 10], parts);
        Assert.Equal("10", result.Completion()!.Result);
    }

    [Fact]
    public void Concurrent_timers_fire_by_themselves()
    {
        var result = Run(
            async context =>
            {
                await Task.WhenAll(Enumerable.Range(1, 3).Select(second => context.CreateTimer(TimeSpan.FromSeconds(second), CancellationToken.None)));
                return "all";
            },
            [Turn(), Started("Main"), TimerCreated(0), TimerCreated(1), TimerCreated(2), Turn(2), Fired(1), Fired(0)],
            Turn(3),
            Fired(2));

        Assert.Equal("\"all\"", result.Completion()!.Result);
    }

    [Fact]
    public void The_timer_that_splits_a_batch_belongs_to_nobody()
    {
        var result = Run(
            async context =>
            {
                await context.CallActivityAsync("A");
                return "end";
            },
            [Turn(), Started("Main"), Scheduled(0, "A"), TimerCreated(-100), Turn(1), Fired(-100)],
            Turn(2),
            Completed(0));

        Assert.Equal("\"end\"", result.Completion()!.Result);
    }
}

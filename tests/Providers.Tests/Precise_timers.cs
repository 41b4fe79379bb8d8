using FunctionsEval.Providers.Limits;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

public sealed class Precise_timers
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_timer_fires_once_not_before_its_time_and_may_be_set_again()
    {
        var clock = PreciseClock.Of(TimeProvider.System);
        using var fired = new SemaphoreSlim(0);
        await using var timer = clock.CreateTimer(_ => fired.Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        for (var round = 0; round < 3; round++)
        {
            var set = clock.GetTimestamp();
            timer.Change(Soon, Timeout.InfiniteTimeSpan);
            await fired.WaitAsync(Cancel);
            Assert.True(clock.GetElapsedTime(set) >= Soon);
        }

        Assert.Equal(0, fired.CurrentCount);
    }

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_times_and_a_disposed_one_does_not()
    {
        var clock = PreciseClock.Of(TimeProvider.System);
        var order = new List<string>();
        var done = new TaskCompletionSource();

        // More than a second apart: a busy machine may stop for long between two of these lines.
        await using var second = clock.CreateTimer(_ => order.Add("second"), null, TimeSpan.FromMilliseconds(1500), Timeout.InfiniteTimeSpan);
        var never = clock.CreateTimer(_ => order.Add("never"), null, TimeSpan.FromMilliseconds(1400), Timeout.InfiniteTimeSpan);
        await never.DisposeAsync();
        await using var first = clock.CreateTimer(_ => order.Add("first"), null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        await using var last = clock.CreateTimer(_ => done.SetResult(), null, TimeSpan.FromMilliseconds(1510), Timeout.InfiniteTimeSpan);

        await done.Task.WaitAsync(Cancel);

        Assert.Equal(["first", "second"], order);
    }

    [Fact]
    public void Another_clock_than_the_systems_is_left_as_it_is()
    {
        var clock = new FakeTimeProvider();

        Assert.Same(clock, PreciseClock.Of(clock));
    }
}

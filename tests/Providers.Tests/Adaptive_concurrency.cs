using FunctionsEval.Providers.Limits;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

public sealed class Adaptive_concurrency
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task The_limit_doubles_per_round_trip_until_the_first_trouble_and_then_grows_by_one()
    {
        using var gate = Gate();

        await RoundTripAsync(gate, 16, CallSignal.Succeeded);
        Assert.Equal(32, gate.Snapshot().Limit);
        await RoundTripAsync(gate, 32, CallSignal.Succeeded);
        Assert.Equal(64, gate.Snapshot().Limit);

        await RoundTripAsync(gate, 64, CallSignal.RateLimited);
        Assert.Equal(44, gate.Snapshot().Limit);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await RoundTripAsync(gate, 44, CallSignal.Succeeded);
        Assert.Equal(45, gate.Snapshot().Limit);
    }

    [Fact]
    public async Task A_closed_gate_lets_no_call_out_and_those_under_way_come_back()
    {
        using var gate = Gate(start: 3);
        using var stop = new CancellationTokenSource();
        await gate.AcquireAsync(isRetry: false, stop.Token);
        var underWay = await gate.StartAsync(stop.Token);
        await gate.AcquireAsync(isRetry: false, stop.Token);

        gate.Close();
        var prepared = gate.StartAsync(stop.Token).AsTask();
        var waiting = gate.AcquireAsync(isRetry: true, stop.Token).AsTask();
        gate.Release(underWay, CallSignal.Succeeded, retryAfter: null);
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, gate.Snapshot().InFlight);
        Assert.False(prepared.IsCompleted || waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => prepared);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_burst_of_refusals_counts_once()
    {
        using var gate = Gate(start: 100);

        await RoundTripAsync(gate, 100, CallSignal.Overloaded);

        Assert.Equal(70, gate.Snapshot().Limit);
        Assert.Equal(["start", "overloaded"], gate.Changes().Select(change => change.Reason));
    }

    [Fact]
    public async Task A_limit_that_is_not_reached_does_not_grow()
    {
        using var gate = Gate();

        for (var round = 0; round < 50; round++)
        {
            await RoundTripAsync(gate, 8, CallSignal.Succeeded);
        }

        Assert.Equal(16, gate.Snapshot().Limit);
    }

    [Fact]
    public async Task Bounds_are_kept()
    {
        using var gate = Gate(start: 50, max: 3);
        Assert.Equal(3, gate.Snapshot().Limit);

        for (var round = 0; round < 20; round++)
        {
            await RoundTripAsync(gate, 3, CallSignal.Succeeded);
        }

        Assert.Equal(3, gate.Snapshot().Limit);
        for (var round = 0; round < 20; round++)
        {
            await RoundTripAsync(gate, gate.Snapshot().Limit, CallSignal.RateLimited);
            _clock.Advance(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(1, gate.Snapshot().Limit);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConcurrencyOptions(Max: 0));
    }

    [Fact]
    public async Task Single_refusals_among_many_successes_do_not_slow_the_gate()
    {
        using var gate = Gate(start: 32, max: 32);
        var random = new Random(4);

        for (var call = 0; call < 5000; call++)
        {
            var permit = await StartAsync(gate);
            gate.Release(permit, random.NextDouble() < 0.06 ? CallSignal.RateLimited : CallSignal.Succeeded, TimeSpan.FromSeconds(1));
        }

        Assert.Equal(32, gate.Snapshot().Limit);
        Assert.Equal(TimeSpan.Zero, gate.Snapshot().PausedFor);
    }

    [Fact]
    public async Task A_retry_after_pauses_the_whole_gate_and_it_resumes_one_by_one()
    {
        using var gate = Gate();
        await RoundTripAsync(gate, 16, CallSignal.Succeeded);
        gate.Release(await StartAsync(gate), CallSignal.RateLimited, TimeSpan.FromSeconds(10));
        var waiting = Enumerable.Range(0, 10).Select(_ => gate.AcquireAsync(false, CancellationToken.None).AsTask()).ToList();

        _clock.Advance(TimeSpan.FromSeconds(9.99));
        Assert.Equal(10, gate.Snapshot().Waiting);
        _clock.Advance(TimeSpan.FromSeconds(0.01));
        Assert.Equal(9, gate.Snapshot().Waiting);
        _clock.Advance(TimeSpan.FromSeconds(0.045));
        Assert.Equal(5, gate.Snapshot().Waiting);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        await Task.WhenAll(waiting);
        Assert.Equal(10, gate.Snapshot().InFlight);
    }

    [Fact]
    public async Task Waiters_go_in_order_of_arrival_retries_first()
    {
        using var gate = Gate(max: 1);
        var held = await gate.AcquireAsync(false, CancellationToken.None);
        var order = new List<string>();
        var waits = new List<Task>();
        foreach (var (name, isRetry) in ((string, bool)[])[("a", false), ("b", false), ("r", true), ("c", false), ("s", true)])
        {
            waits.Add(UseAsync(name, gate.AcquireAsync(isRetry, CancellationToken.None)));
        }

        gate.Release(held, CallSignal.Failed, null);
        await Task.WhenAll(waits);

        Assert.Equal(["r", "s", "a", "b", "c"], order);

        async Task UseAsync(string name, ValueTask<CallPermit> slot)
        {
            var permit = await slot;
            order.Add(name);
            gate.Release(permit, CallSignal.Failed, null);
        }
    }

    [Fact]
    public async Task A_cancelled_waiter_leaves_and_the_next_one_goes()
    {
        using var gate = Gate(max: 1);
        using var cancel = new CancellationTokenSource();
        var held = await gate.AcquireAsync(false, CancellationToken.None);
        var cancelled = gate.AcquireAsync(false, cancel.Token).AsTask();
        var next = gate.AcquireAsync(false, CancellationToken.None).AsTask();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.AcquireAsync(false, cancel.Token).AsTask());
        gate.Release(held, CallSignal.Succeeded, null);
        gate.Release(await next, CallSignal.Succeeded, null);

        Assert.Equal((0, 0), (gate.Snapshot().InFlight, gate.Snapshot().Waiting));
    }

    [Fact]
    public async Task Under_contention_and_cancellation_no_slot_is_lost_and_the_limit_holds()
    {
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(4, 4), TimeProvider.System);
        var inside = 0;
        var most = 0;

        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            for (var call = 0; call < 2000; call++)
            {
                using var cancel = new CancellationTokenSource();
                var slot = gate.AcquireAsync(call % 5 == 0, cancel.Token);
                if ((call + worker) % 3 == 0)
                {
                    await cancel.CancelAsync();
                }

                try
                {
                    var permit = await slot;
                    InterlockedMax(ref most, Interlocked.Increment(ref inside));
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    gate.Release(await gate.StartAsync(CancellationToken.None), CallSignal.Succeeded, null);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }
            }
        })));

        Assert.Equal((0, 0), (gate.Snapshot().InFlight, gate.Snapshot().Waiting));
        Assert.InRange(most, 1, 4);
    }

    [Fact]
    public async Task The_changes_are_bounded_and_growth_counts_as_one()
    {
        using var gate = Gate();
        for (var round = 0; round < 200; round++)
        {
            await RoundTripAsync(gate, gate.Snapshot().Limit, round % 2 == 0 ? CallSignal.RateLimited : CallSignal.Succeeded);
            _clock.Advance(TimeSpan.FromSeconds(30));
        }

        var changes = gate.Changes();

        Assert.InRange(changes.Count, 10, 64);
        Assert.Equal(changes.Select(change => change.At).Order(), changes.Select(change => change.At));
    }

    private AdaptiveConcurrency Gate(int start = 16, int max = 256) => new(new ConcurrencyOptions(start, max), _clock);

    private static async Task<CallPermit> StartAsync(AdaptiveConcurrency gate)
    {
        await gate.AcquireAsync(false, CancellationToken.None);
        return await gate.StartAsync(CancellationToken.None);
    }

    private async Task RoundTripAsync(AdaptiveConcurrency gate, int calls, CallSignal signal)
    {
        var permits = new List<CallPermit>();
        for (var call = 0; call < calls; call++)
        {
            await InTimeAsync(gate.AcquireAsync(false, CancellationToken.None));
            permits.Add(await InTimeAsync(gate.StartAsync(CancellationToken.None)));
        }

        foreach (var permit in permits)
        {
            gate.Release(permit, signal, null);
        }

        async Task<CallPermit> InTimeAsync(ValueTask<CallPermit> wait)
        {
            while (gate.Snapshot().Waiting > 0)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(1));
            }

            return await wait;
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) is var now && now != seen)
        {
            seen = now;
        }
    }
}

using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

/// <summary>How long many calls take together, on a clock of the test's.</summary>
public sealed class Many_calls_through_one_gate
{
    private readonly FakeTimeProvider _clock = new();

    /// <summary>All calls want to go at once through a bucket of 20/s. Where finding the rate takes some seconds, the run is longer.</summary>
    [Theory]
    [InlineData(20, RetryAfterStyle.None, 0, 400)]
    [InlineData(20, RetryAfterStyle.Seconds, 0, 400)]
    [InlineData(20, RetryAfterStyle.SecondsAndMilliseconds, 0, 400)]
    [InlineData(20, RetryAfterStyle.None, 200, 400)]
    [InlineData(20, RetryAfterStyle.Seconds, 500, 400)]
    [InlineData(20, RetryAfterStyle.None, 1000, 400)]
    [InlineData(1, RetryAfterStyle.None, 0, 2000)]
    [InlineData(1, RetryAfterStyle.Seconds, 0, 2000)]
    [InlineData(5, RetryAfterStyle.Seconds, 0, 2000)]
    [InlineData(20, RetryAfterStyle.Seconds, 1500, 2000)]
    [InlineData(5, RetryAfterStyle.None, 50, 400)]
    public void A_storm_of_refusals_settles_at_the_quota_and_loses_no_call(int burst, RetryAfterStyle style, int latencyMilliseconds, int calls)
    {
        var bucket = new TokenBucket(20, burst, _clock);
        var provider = new ScriptedProvider(async (request, cancellationToken) =>
        {
            if (!bucket.TryTake(out _, out var wait))
            {
                return Samples.Failure(ModelErrorCode.RateLimit, status: 429, retryAfter: style switch
                {
                    RetryAfterStyle.None => null,
                    RetryAfterStyle.Seconds => TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds)),
                    _ => wait,
                });
            }

            await Task.Delay(TimeSpan.FromMilliseconds(latencyMilliseconds), _clock, cancellationToken);
            return Samples.Answer();
        });
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(16, 256), _clock);
        var caller = new ModelCaller("openai", provider, gate, new ModelCallerOptions(), _clock, new Random(2));
        var start = _clock.GetUtcNow();

        var results = new SingleThread().Run(
            () => Task.WhenAll(Enumerable.Range(0, calls).Select(call => caller.CallAsync(Samples.Request(id: $"c{call}"), null, CancellationToken.None))),
            _clock, TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(10));

        var seconds = (_clock.GetUtcNow() - start).TotalSeconds - (latencyMilliseconds / 1000.0);
        Assert.All(results, result => Samples.AnswerOf(result.Outcome));

        // A bucket of one token punishes every test of its rate, so finding the rate takes longer.
        var share = burst == 1 ? 0.85 : 0.9;
        Assert.True(calls / seconds >= share * 20, $"Goodput {calls / seconds:F1}/s of 20/s: {seconds:F1} s, {provider.Requests.Count} attempts. "
            + string.Join("; ", gate.Changes().Select(change => $"{(change.At - start).TotalSeconds:F1} s: {change.Limit} {change.CallsPerSecond:F1} {change.Reason}")));
        Assert.InRange(provider.Requests.Count, calls, 1.5 * calls);
    }

    /// <summary>A server that answers after 50 ms, however many ask. Without a concurrency of the user's the first 496 calls are the ramp.</summary>
    [Theory]
    [InlineData(100, 100, 2000, 1.0)]
    [InlineData(256, 256, 2000, 0.4)]
    [InlineData(16, 256, 2000, 0.55)]
    [InlineData(16, 256, 1000, 0.35)]
    public void A_short_run_is_not_long_for_its_ramp(int start, int most, int calls, double seconds)
    {
        var provider = new ScriptedProvider(async (_, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), _clock, cancellationToken);
            return Samples.Answer();
        });
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(start, most), _clock);
        var caller = new ModelCaller("openai", provider, gate, new ModelCallerOptions(), _clock, new Random(2));
        var started = _clock.GetUtcNow();

        new SingleThread().Run(
            () => Task.WhenAll(Enumerable.Range(0, calls).Select(call => caller.CallAsync(Samples.Request(id: $"c{call}"), null, CancellationToken.None))),
            _clock, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));

        Assert.Equal(seconds, (_clock.GetUtcNow() - started).TotalSeconds, 0.011);
    }
}

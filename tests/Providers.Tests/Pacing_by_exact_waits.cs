using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

/// <summary>A vendor that admits 20 calls a second and says to those that it refuses when the next place is there, to the millisecond.</summary>
public sealed class Pacing_by_exact_waits
{
    private const int Rate = 20;

    private readonly FakeTimeProvider _clock = new();

    /// <param name="jitter">Milliseconds that a call may take to its vendor or back, and ten times as many its preparation.</param>
    [Theory]
    [InlineData(1, 1, 0, 400)]
    [InlineData(5, 1, 0, 400)]
    [InlineData(20, 1, 0, 400)]
    [InlineData(1, 6, 0, 400)]
    [InlineData(5, 6, 0, 400)]
    [InlineData(20, 6, 0, 400)]
    [InlineData(1, 6, 1000, 400)]
    [InlineData(5, 6, 1000, 400)]
    [InlineData(1, 3, 0, 3000)]
    public void A_storm_uses_nine_tenths_of_the_quota_whatever_the_burst_and_refusals_stay_few(int burst, int jitter, int latency, int calls)
    {
        var vendor = new Vendor20(_clock, burst, jitter, latency);
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(), _clock);
        var caller = new ModelCaller("openai", vendor.Provider, gate, new ModelCallerOptions(), _clock, new Random(2));

        var results = Run(calls, caller, vendor);

        var seconds = (vendor.LastAdmitted - vendor.Started).TotalSeconds;
        var told = $"Goodput {calls / seconds:F1}/s, {vendor.Refusals.Count} refusals, at most {MostInASecond(vendor.Refusals)} in a second, later {MostInASecond(vendor.Refusals.Where(at => at > vendor.Started + TimeSpan.FromSeconds(1)))}. "
            + string.Join("; ", gate.Changes().Select(change => $"{(change.At - vendor.Started).TotalSeconds:F2} s: {change.Limit} {change.CallsPerSecond:F1} {change.Reason}"));
        Assert.All(results, result => Samples.AnswerOf(result.Outcome));
        Assert.True(calls / (burst + (Rate * seconds)) >= 0.9, told);
        Assert.True(vendor.Refusals.Count <= 0.4 * calls, told);

        // The first calls go at once, because nothing is known yet: at most the sixteen that a gate starts with, doubled by what the bucket held.
        // How many fall into one second later depends on which of several calls of the same millisecond goes first.
        Assert.True(MostInASecond(vendor.Refusals.Where(at => at > vendor.Started + TimeSpan.FromSeconds(1))) <= 1.25 * Rate, told);
        Assert.True(MostInASecond(vendor.Refusals) <= 2 * (16 + burst), told);
    }

    /// <summary>Code is compiled and connections are opened by the first calls, and a busy machine halts the program now and then.</summary>
    [Theory]
    [InlineData(1, 0.85)]
    [InlineData(5, 0.9)]
    public void A_slow_start_and_hiccups_of_the_program_are_not_taken_for_a_slow_vendor(int burst, double least)
    {
        var vendor = new Vendor20(_clock, burst, jitter: 2, latency: 0, slowFor: TimeSpan.FromSeconds(1), hiccups: 0.03);
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(), _clock);
        var caller = new ModelCaller("openai", vendor.Provider, gate, new ModelCallerOptions(), _clock, new Random(2));

        Run(400, caller, vendor);

        var seconds = (vendor.LastAdmitted - vendor.Started).TotalSeconds;
        Assert.True(400 / (burst + (Rate * seconds)) >= least, $"Goodput {400 / seconds:F1}/s, {vendor.Refusals.Count} refusals.");
    }

    private static int MostInASecond(IEnumerable<DateTimeOffset> moments)
    {
        var sorted = moments.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted.Index().Max(entry => sorted.Skip(entry.Index).TakeWhile(at => at < entry.Item + TimeSpan.FromSeconds(1)).Count());
    }

    private ModelCallResult[] Run(int calls, ModelCaller caller, Vendor20 vendor) => new SingleThread().Run(
        () => Task.WhenAll(Enumerable.Range(0, calls).Select(call => caller.CallAsync(Samples.Request(id: $"c{call}"), vendor.PrepareAsync, CancellationToken.None))),
        _clock, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10));

    private sealed class Vendor20(FakeTimeProvider clock, int burst, int jitter, int latency, TimeSpan slowFor = default, double hiccups = 0)
    {
        private readonly TokenBucket _bucket = new(Rate, burst, clock);
        private readonly Random _random = new(7);

        public DateTimeOffset Started { get; } = clock.GetUtcNow();

        public DateTimeOffset LastAdmitted { get; private set; }

        public List<DateTimeOffset> Refusals { get; } = [];

        public ScriptedProvider Provider => new(async (_, cancellationToken) =>
        {
            await DelayAsync(clock.GetUtcNow() < Started + slowFor || _random.NextDouble() < hiccups ? 200 * _random.NextDouble() : 0, cancellationToken);
            await DelayAsync(jitter * _random.NextDouble(), cancellationToken);
            if (!_bucket.TryTake(out var _, out var wait))
            {
                Refusals.Add(clock.GetUtcNow());
                await DelayAsync(jitter * _random.NextDouble(), cancellationToken);
                return Samples.Failure(ModelErrorCode.RateLimit, TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), 429);
            }

            LastAdmitted = clock.GetUtcNow();
            await DelayAsync(latency + (jitter * _random.NextDouble()), cancellationToken);
            return Samples.Answer();
        });

        public async ValueTask PrepareAsync(int attempt, CancellationToken cancellationToken) =>
            await DelayAsync(10 * jitter * _random.NextDouble(), cancellationToken);

        private Task DelayAsync(double milliseconds, CancellationToken cancellationToken) =>
            Task.Delay(TimeSpan.FromMilliseconds(milliseconds), clock, cancellationToken);
    }
}

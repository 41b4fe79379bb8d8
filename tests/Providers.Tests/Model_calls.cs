using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

public sealed class Model_calls
{
    private static readonly ModelOutcome Unsent = new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.NetworkError, "Connection refused.", IsUnsent: true));

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_passing_failure_is_tried_again_and_every_attempt_is_recorded()
    {
        var provider = new ScriptedProvider(
            Samples.Failure(ModelErrorCode.ServerError), Samples.Failure(ModelErrorCode.NetworkError), Samples.Failure(ModelErrorCode.Timeout), Samples.Answer());
        var intents = new List<int>();

        var result = Run(() => Caller(provider).CallAsync(
            Samples.Request(id: "run|c7|1"),
            (attempt, _) =>
            {
                Assert.Equal(attempt - 1, provider.Requests.Count);
                intents.Add(attempt);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None));

        Samples.AnswerOf(result.Outcome);
        Assert.Equal([1, 2, 3, 4], intents);
        Assert.Equal([1, 2, 3, 4], result.Attempts.Select(attempt => attempt.Attempt));
        Assert.Equal(["run|c7|1~1", "run|c7|1~2", "run|c7|1~3", "run|c7|1~4"], provider.Requests.Select(request => request.ClientRequestId));
        Assert.All(result.Attempts, attempt => Assert.Equal("openai", attempt.Provider));
        Assert.Equal(result.Attempts.Select(attempt => attempt.StartedAt).Order(), result.Attempts.Select(attempt => attempt.StartedAt));
    }

    [Theory]
    [InlineData(ModelErrorCode.ValidationError)]
    [InlineData(ModelErrorCode.InvalidResponse)]
    [InlineData(ModelErrorCode.Unknown)]
    public async Task A_lasting_failure_ends_the_call_at_once(ModelErrorCode code)
    {
        var provider = new ScriptedProvider(Samples.Failure(code));

        var result = await Caller(provider).CallAsync(Samples.Request(), null, CancellationToken.None);

        Assert.Equal(code, Samples.FailureOf(result.Outcome).Code);
        Assert.Single(result.Attempts);
    }

    [Fact]
    public void A_call_that_never_found_a_connection_says_that_the_server_is_gone()
    {
        var provider = new ScriptedProvider([.. Enumerable.Repeat(Unsent, new ModelCallerOptions().MaxAttempts)]);

        var result = Run(() => Caller(provider).CallAsync(Samples.Request(), null, CancellationToken.None));

        Assert.True(Samples.FailureOf(result.Outcome).IsExhausted);
    }

    [Fact]
    public async Task Cancelled_between_attempts_it_says_that_none_was_under_way()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Caller(new ScriptedProvider(Unsent)).CallAsync(Samples.Request(), null, cancel.Token);

        await cancel.CancelAsync();

        Assert.Single((await Assert.ThrowsAsync<BetweenAttemptsException>(() => waiting)).Attempts);
    }

    [Fact]
    public void The_attempts_run_out()
    {
        var provider = new ScriptedProvider(Always(ModelErrorCode.ServerError));

        var result = Run(() => Caller(provider).CallAsync(Samples.Request(), null, CancellationToken.None));

        Assert.Equal(new ModelCallerOptions().MaxAttempts, result.Attempts.Count);
    }

    [Fact]
    public void Retry_after_is_the_earliest_moment_of_the_next_attempt()
    {
        var provider = new ScriptedProvider(Samples.Failure(ModelErrorCode.RateLimit, TimeSpan.FromSeconds(30), 429), Samples.Answer());

        var attempts = Run(() => Caller(provider).CallAsync(Samples.Request(), null, CancellationToken.None)).Attempts;

        Assert.InRange((attempts[1].StartedAt - attempts[0].EndedAt).TotalSeconds, 30, 33.2);
    }

    [Fact]
    public async Task A_retry_after_beyond_the_time_budget_ends_the_call_and_says_why()
    {
        var provider = new ScriptedProvider(Samples.Failure(ModelErrorCode.RateLimit, TimeSpan.FromHours(1), 429));
        var caller = Caller(provider);

        var result = await caller.CallAsync(Samples.Request(), null, CancellationToken.None);
        var next = await caller.CallAsync(Samples.Request(), null, CancellationToken.None);

        var failure = Samples.FailureOf(result.Outcome);
        Assert.Equal(ModelErrorCode.RateLimit, failure.Code);
        Assert.Contains("asks to wait 3600 s", failure.Message, StringComparison.Ordinal);
        Assert.Contains("time budget of a call is 300 s", failure.Message, StringComparison.Ordinal);
        Assert.Empty(next.Attempts);
        Assert.Equal(3600, Samples.FailureOf(next.Outcome).RetryAfter!.Value.TotalSeconds, 1.0);
    }

    [Fact]
    public void The_time_budget_ends_a_call_before_its_attempts_do()
    {
        var provider = new ScriptedProvider(async (_, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(120), _clock, cancellationToken);
            return Samples.Failure(ModelErrorCode.Timeout);
        });

        var result = Run(() => Caller(provider).CallAsync(Samples.Request(), null, CancellationToken.None));

        Assert.Equal(3, result.Attempts.Count);
        Assert.Contains("time budget", Samples.FailureOf(result.Outcome).Message, StringComparison.Ordinal);
        Assert.True(_clock.GetUtcNow() - result.Attempts[0].StartedAt < TimeSpan.FromSeconds(425));
    }

    [Fact]
    public void Backoff_grows_is_jittered_and_repeats_with_the_seed()
    {
        var first = Waits(seed: 5);
        var again = Waits(seed: 5);
        var other = Waits(seed: 6);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        for (var wait = 0; wait < first.Count; wait++)
        {
            Assert.InRange(first[wait], 0, Math.Min(20, 0.5 * Math.Pow(2, wait)) + 0.002);
        }
    }

    [Fact]
    public void A_wait_holds_no_slot()
    {
        var provider = new ScriptedProvider(
            Samples.Failure(ModelErrorCode.ServerError), Samples.Answer("other"), Samples.Answer("first"));
        var caller = Caller(provider, max: 1);

        var (first, other) = Run(async () =>
        {
            var waiting = caller.CallAsync(Samples.Request(), null, CancellationToken.None);
            var meanwhile = await caller.CallAsync(Samples.Request(), null, CancellationToken.None);
            Assert.False(waiting.IsCompleted);
            return (await waiting, meanwhile);
        });

        Assert.Equal("other", Samples.AnswerOf(other.Outcome).Text);
        Assert.Equal("first", Samples.AnswerOf(first.Outcome).Text);
        Assert.Equal(0, caller.Gate.Snapshot().InFlight);
    }

    [Fact]
    public async Task Cancellation_throws_wherever_the_call_stands_and_frees_the_slot()
    {
        var hanging = new ScriptedProvider(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return Samples.Answer();
        });
        var caller = Caller(hanging, max: 1);
        using var cancel = new CancellationTokenSource();

        var sending = caller.CallAsync(Samples.Request(), null, cancel.Token);
        var queued = caller.CallAsync(Samples.Request(), null, cancel.Token);
        var waiting = Caller(new ScriptedProvider(Samples.Failure(ModelErrorCode.ServerError))).CallAsync(Samples.Request(), null, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(new ConcurrencySnapshot(1, 0, 0, null, TimeSpan.Zero), caller.Gate.Snapshot());
    }

    [Fact]
    public async Task A_hook_that_throws_stops_the_call_before_it_is_sent()
    {
        var provider = new ScriptedProvider(Samples.Answer());
        var caller = Caller(provider);

        await Assert.ThrowsAsync<InvalidOperationException>(() => caller.CallAsync(
            Samples.Request(), (_, _) => throw new InvalidOperationException("store is gone"), CancellationToken.None));

        Assert.Empty(provider.Requests);
        Assert.Equal(0, caller.Gate.Snapshot().InFlight);
    }

    [Fact]
    public async Task A_server_that_fails_a_third_of_its_calls_loses_none_and_calls_are_counted()
    {
        await using var server = await Simulated_models.StartAsync(
            new SimulatorOptions(Seed: 3, RateLimitFaults: 0.1, ServerErrorFaults: 0.1, ResetFaults: 0.07, MalformedFaults: 0.06));
        using var provider = Simulated_models.Provider(server);
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(), TimeProvider.System);
        var options = new ModelCallerOptions { MaxAttempts = 16, FirstBackoff = TimeSpan.FromMilliseconds(1), LongestBackoff = TimeSpan.FromMilliseconds(20) };
        var caller = new ModelCaller("openai", provider, gate, options, TimeProvider.System, new Random(1));

        var results = await Task.WhenAll(Enumerable.Range(0, 400).Select(sample =>
            caller.CallAsync(Samples.Request(id: $"run|{sample}|1"), null, CancellationToken.None)));
        var stats = server.Stats();

        Assert.All(results, result => Samples.AnswerOf(result.Outcome));
        Assert.Equal(400, stats.DistinctKeys);
        Assert.Equal(400, stats.AnswersPerKey[1]);
        Assert.Equal(stats.Calls, results.Sum(result => result.Attempts.Count));
        Assert.InRange(stats.Calls, 500, 700);
    }

    private List<double> Waits(int seed)
    {
        var provider = new ScriptedProvider(Always(ModelErrorCode.ServerError));
        var attempts = Run(() => Caller(provider, seed: seed).CallAsync(Samples.Request(), null, CancellationToken.None)).Attempts;
        return [.. attempts.Zip(attempts.Skip(1), (one, next) => Math.Round((next.StartedAt - one.EndedAt).TotalMilliseconds) / 1000)];
    }

    private static Func<ModelRequest, CancellationToken, Task<ModelOutcome>> Always(ModelErrorCode code) => (_, _) => Task.FromResult(Samples.Failure(code));

    private ModelCaller Caller(IModelProvider provider, int max = 256, int seed = 1) => new(
        "openai", provider, new AdaptiveConcurrency(new ConcurrencyOptions(Max: max), _clock), new ModelCallerOptions(), _clock, new Random(seed));

    private T Run<T>(Func<Task<T>> calls) => new SingleThread().Run(calls, _clock, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(30));
}

using FunctionsEval.Providers.Calls;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Providers.Simulator;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Providers.Tests;

public sealed class Outages
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Silence_is_an_outage_once_it_lasts_and_was_tried_often()
    {
        var watch = new OutageWatch(_clock);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Null(Count(watch, Refused())));
        _clock.Advance(TimeSpan.FromSeconds(16));

        AssertSilent(16, Count(watch, Refused()));
        Assert.Null(Count(watch, Samples.Failure(ModelErrorCode.ServerError, status: 500)));
        Assert.Null(Count(watch, Refused()));
    }

    [Fact]
    public void Where_nothing_can_be_sent_three_attempts_are_enough()
    {
        var watch = new OutageWatch(_clock);
        var unsent = new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.NetworkError, "Connection refused.", IsUnsent: true));

        Assert.Null(Count(watch, unsent));
        _clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Null(Count(watch, unsent));
        AssertSilent(15, Count(watch, unsent));
    }

    [Fact]
    public void A_few_failures_over_a_long_time_are_none()
    {
        var watch = new OutageWatch(_clock);

        for (var failure = 0; failure < 15; failure++)
        {
            Assert.Null(Count(watch, Refused()));
            _clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void After_a_pause_the_server_gets_its_whole_time_again()
    {
        var watch = new OutageWatch(_clock);
        Assert.All(Enumerable.Range(0, 30), _ => Assert.Null(Count(watch, Refused())));

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.All(Enumerable.Range(0, 30), _ => Assert.Null(Count(watch, Refused())));
    }

    [Fact]
    public void A_server_that_only_has_errors_is_given_longer()
    {
        var watch = new OutageWatch(_clock);
        var broken = Samples.Failure(ModelErrorCode.ServerError, status: 502);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Null(Count(watch, broken)));

        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(Count(watch, broken));
        _clock.Advance(TimeSpan.FromSeconds(1));

        AssertSilent(30, Count(watch, broken));
    }

    [Fact]
    public void Calls_that_all_time_out_are_an_outage_however_long_each_takes()
    {
        var watch = new OutageWatch(_clock);
        var hanging = Samples.Failure(ModelErrorCode.Timeout);
        for (var round = 0; round < 2; round++)
        {
            var startedAt = _clock.GetTimestamp();
            _clock.Advance(TimeSpan.FromSeconds(120));
            var outages = Enumerable.Range(0, 15).Select(call => watch.Count(hanging, $"c{call}", startedAt)).ToList();

            Assert.Equal(round == 0 ? 0 : 11, outages.Count(outage => outage is not null));
        }
    }

    [Theory]
    [InlineData(ModelErrorCode.AuthError, 401, OutageKind.Access)]
    [InlineData(ModelErrorCode.AuthError, 407, OutageKind.Access)]
    [InlineData(ModelErrorCode.NotFound, 404, OutageKind.NotFound)]
    public void A_key_or_a_name_that_is_wrong_three_times_in_a_row_is_wrong_for_all(ModelErrorCode code, int status, OutageKind expected)
    {
        var watch = new OutageWatch(_clock);
        var failure = Samples.Failure(code, status: status);

        Assert.Null(Count(watch, failure));
        Assert.Null(Count(watch, failure));
        Assert.Null(Count(watch, Samples.Answer()));
        Assert.Null(Count(watch, failure));
        Assert.Null(Count(watch, failure));
        var outage = Count(watch, failure);

        Assert.Equal((expected, true, false), (outage!.Outage, outage.IsExhausted, outage.Retryable));
        Assert.Contains("3 times in a row", outage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_to_a_call_that_was_sent_before_does_not_count()
    {
        var watch = new OutageWatch(_clock);
        var refused = Samples.Failure(ModelErrorCode.AuthError, status: 401);
        var before = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(Count(watch, refused));
        Assert.Null(Count(watch, refused));
        Assert.Null(watch.Count(Samples.Answer(), "long", before));

        Assert.NotNull(Count(watch, refused));
    }

    [Fact]
    public void What_a_firewall_refuses_may_be_the_prompt_until_another_call_is_refused_too()
    {
        var watch = new OutageWatch(_clock);
        var forbidden = Samples.Failure(ModelErrorCode.AuthError, status: 403);

        Assert.All(Enumerable.Range(0, 5), _ => Assert.Null(watch.Count(forbidden, "c1", _clock.GetTimestamp())));

        Assert.Equal(OutageKind.Access, watch.Count(forbidden, "c2", _clock.GetTimestamp())!.Outage);
    }

    /// <summary>What a key that expires amid a run, a proxy, a portal do: no call is lost to it, and all go on when it is over.</summary>
    [Theory]
    [InlineData(401, OutageKind.Access)]
    [InlineData(403, OutageKind.Access)]
    [InlineData(404, OutageKind.NotFound)]
    [InlineData(407, OutageKind.Access)]
    [InlineData(200, OutageKind.WrongServer)]
    public async Task From_a_moment_on_nothing_gets_through(int status, OutageKind expected)
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions(FailAfter: 40, FailAfterStatus: status));
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("mistral:sim-noisy")).Caller;

        var results = await CallAllAsync(caller);
        var callsBefore = server.Stats().Calls;
        server.Reset();
        var later = await CallAllAsync(caller, from: 1000, count: 30);

        var failures = results.Select(result => result.Outcome).OfType<ModelOutcome.Failed>().Select(failed => failed.Failure).ToList();
        Assert.Equal(160, failures.Count);
        Assert.All(failures, failure => Assert.Equal(expected, failure.Outage));
        Assert.InRange(callsBefore, 200, 206);
        Assert.All(later, result => Samples.AnswerOf(result.Outcome));
    }

    [Fact]
    public async Task A_single_call_with_a_wrong_key_is_an_outage_after_three_attempts()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions(ApiKey: "another"));
        using var catalog = new ProviderCatalog(Samples.SettingsOfAll(server.BaseUrl), TimeProvider.System, new Random(1));
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("anthropic:sim-noisy")).Caller;

        var result = await caller.CallAsync(Samples.Request(), null, Cancel);

        Assert.Equal(3, result.Attempts.Count);
        Assert.Equal((OutageKind.Access, 401), (Samples.FailureOf(result.Outcome).Outage, Samples.FailureOf(result.Outcome).StatusCode));
    }

    [Fact]
    public async Task One_prompt_that_a_firewall_refuses_fails_alone()
    {
        var provider = new ScriptedProvider((request, _) => Task.FromResult(
            request.ClientRequestId.StartsWith("c7~", StringComparison.Ordinal) ? Samples.Failure(ModelErrorCode.AuthError, status: 403) : Samples.Answer()));
        using var gate = new AdaptiveConcurrency(new ConcurrencyOptions(), TimeProvider.System);
        var caller = new ModelCaller(
            "openai", provider, gate, new ModelCallerOptions { FirstBackoff = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, new Random(1));

        var results = await CallAllAsync(caller, count: 50);

        var failed = Assert.Single(results, result => result.Outcome is ModelOutcome.Failed);
        Assert.Equal((OutageKind.None, 3), (Samples.FailureOf(failed.Outcome).Outage, failed.Attempts.Count));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<ModelCallResult[]> CallAllAsync(ModelCaller caller, int from = 0, int count = 200) => Task.WhenAll(
        Enumerable.Range(from, count).Select(call => caller.CallAsync(Samples.Request("sim-noisy", id: $"c{call}"), null, Cancel)));

    private static void AssertSilent(int seconds, ModelFailure? outage)
    {
        Assert.Equal(OutageKind.Silence, outage?.Outage);
        Assert.Contains($"nobody has answered for {seconds} s", outage!.Message, StringComparison.Ordinal);
    }

    private ModelFailure? Count(OutageWatch watch, ModelOutcome outcome) => watch.Count(outcome, "c", _clock.GetTimestamp());

    private static ModelOutcome Refused() => Samples.Failure(ModelErrorCode.NetworkError);
}

using FunctionsEval.TestKit;

namespace FunctionsEval.Providers.Tests;

public sealed class Outages
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void Silence_is_an_outage_once_it_lasts_and_was_tried_often()
    {
        var watch = new OutageWatch(_clock);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Null(watch.Count(Refused())));
        _clock.Advance(TimeSpan.FromSeconds(16));

        Assert.Equal(TimeSpan.FromSeconds(16), watch.Count(Refused()));
        Assert.Null(watch.Count(Samples.Failure(ModelErrorCode.ServerError, status: 500)));
        Assert.Null(watch.Count(Refused()));
    }

    [Fact]
    public void Where_nothing_can_be_sent_three_attempts_are_enough()
    {
        var watch = new OutageWatch(_clock);
        var unsent = new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.NetworkError, "Connection refused.", IsUnsent: true));

        Assert.Null(watch.Count(unsent));
        _clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Null(watch.Count(unsent));
        Assert.Equal(TimeSpan.FromSeconds(15), watch.Count(unsent));
    }

    [Fact]
    public void A_few_failures_over_a_long_time_are_none()
    {
        var watch = new OutageWatch(_clock);

        for (var failure = 0; failure < 15; failure++)
        {
            Assert.Null(watch.Count(Refused()));
            _clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void After_a_pause_the_server_gets_its_whole_time_again()
    {
        var watch = new OutageWatch(_clock);
        Assert.All(Enumerable.Range(0, 30), _ => Assert.Null(watch.Count(Refused())));

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.All(Enumerable.Range(0, 30), _ => Assert.Null(watch.Count(Refused())));
    }

    private static ModelOutcome Refused() => Samples.Failure(ModelErrorCode.NetworkError);
}

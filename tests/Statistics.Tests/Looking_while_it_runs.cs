using FunctionsEval.Statistics.Sequential;

namespace FunctionsEval.Statistics.Tests;

public sealed class Looking_while_it_runs
{
    private const int Replications = 2_000;
    private const int Horizon = 600;

    [Fact]
    public void The_asymptotic_sequence_agrees_with_R()
    {
        double[] values = [.. Enumerable.Range(0, 10).SelectMany(_ => new[] { 0.3, -0.1, 0.25, 0.4, -0.2, 0.15, 0.05, 0.35 })];
        var interval = AsymptoticSequence.Interval(RunningMoments.Of(values), 0.15, 0.95)!;

        // R: t <- 80; rho <- .15; mean(y)+c(-1,1)*sd(y)*sqrt(2*(t*rho^2+1)/(t^2*rho^2)*log(sqrt(t*rho^2+1)/.05))
        Assert.Equal(0.074483252391892699, interval.Lower, 1e-12);
        Assert.Equal(0.225516747608107304, interval.Upper, 1e-12);

        // R: sqrt((-2*log(.05)+log(-2*log(.05)+1))/600)
        Assert.Equal(0.11500836637492629, AsymptoticSequence.RhoFor(600, 0.95), 1e-13);
    }

    // R: m <- b+c; m*log(2)+lbeta(b+.5,c+.5)-lbeta(.5,.5)
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(3, 11, 0.86108353816546801)]
    [InlineData(0, 9, 4.55346562283060585)]
    [InlineData(500, 600, 0.82418367425670214)]
    [InlineData(5_000, 0, 3460.90491626109360368)]
    public void The_discordant_pairs_agree_with_R(long onlyFirst, long onlySecond, double expected)
    {
        Assert.Equal(expected, DiscordantPairProcess.LogEValue(onlyFirst, onlySecond), 1e-9);
        Assert.Equal(DiscordantPairProcess.LogEValue(onlyFirst, onlySecond), DiscordantPairProcess.LogEValue(onlySecond, onlyFirst), 1e-12);
        Assert.Equal(expected >= Math.Log(20), DiscordantPairProcess.Rejects(onlyFirst, onlySecond, 0.05));
    }

    [Fact]
    public void The_e_value_is_a_fair_bet()
    {
        for (var first = 0; first < 30; first++)
        {
            for (var second = 0; second < 30; second++)
            {
                var next = (Math.Exp(DiscordantPairProcess.LogEValue(first + 1, second)) + Math.Exp(DiscordantPairProcess.LogEValue(first, second + 1))) / 2;

                Assert.Equal(1, next / Math.Exp(DiscordantPairProcess.LogEValue(first, second)), 1e-11);
            }
        }
    }

    [Fact]
    public void Looking_at_a_plain_interval_after_each_item_deceives()
    {
        var rate = Simulation.Rate(Replications, 127, random => Excludes(random, 0, moments =>
            moments.Count >= 50 && Math.Abs(moments.Mean) > 1.96 * moments.StandardDeviation / Math.Sqrt(moments.Count)));

        Assert.InRange(rate, 0.25, 0.45);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_asymptotic_sequence_may_be_looked_at_after_each_item_from_the_fiftieth_on(int samples)
    {
        var rho = AsymptoticSequence.RhoFor(300, 0.95);

        Assert.InRange(
            Rate(139, 0, moments => AsymptoticSequence.Interval(moments, rho, 0.95) is { } interval && !interval.Contains(0), samples), 0, 0.05);
        Assert.InRange(
            Rate(149, 0.2, moments => AsymptoticSequence.Interval(moments, rho, 0.95) is { } interval && !interval.Contains(0), samples), 0.8, 1);
    }

    [Theory]
    [InlineData(0.5, 0, 0.05)]
    [InlineData(0.65, 0.8, 1)]
    public void Discordant_pairs_may_be_looked_at_after_each_one(double share, double atLeast, double atMost)
    {
        var rate = Simulation.Rate(Replications, 151, random =>
        {
            var (first, second, rejected) = (0, 0, false);
            while (first + second < Horizon && !rejected)
            {
                (first, second) = random.NextDouble() < share ? (first + 1, second) : (first, second + 1);
                rejected = DiscordantPairProcess.Rejects(first, second, 0.05);
            }

            return rejected;
        });

        Assert.InRange(rate, atLeast, atMost);
    }

    [Fact]
    public void Too_few_or_equal_observations_have_no_asymptotic_interval()
    {
        Assert.Null(AsymptoticSequence.Interval(RunningMoments.Of(new Random(1).Normals(49)), 0.1, 0.95));
        Assert.Null(AsymptoticSequence.Interval(RunningMoments.Of([.. Enumerable.Repeat(0.1, 100)]), 0.1, 0.95));
        Assert.NotNull(AsymptoticSequence.Interval(RunningMoments.Of(new Random(1).Normals(50)), 0.1, 0.95));
    }

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AsymptoticSequence.Interval(default, 0, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => AsymptoticSequence.RhoFor(0, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscordantPairProcess.LogEValue(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscordantPairProcess.Rejects(1, 0, 1));
    }

    private static double Rate(int seed, double effect, Func<RunningMoments, bool> excludes, int samples = 1) =>
        Simulation.Rate(Replications, seed, random => Excludes(random, effect, excludes, samples));

    // Differences of two variants' pass rates, item after item, with a look after each.
    private static bool Excludes(Random random, double effect, Func<RunningMoments, bool> excludes, int samples = 1)
    {
        var moments = default(RunningMoments);
        while (moments.Count < Horizon)
        {
            var pass = 0.2 + (0.5 * random.NextDouble());
            moments.Add(random.PassRate(pass + effect, samples) - random.PassRate(pass, samples));
            if (excludes(moments))
            {
                return true;
            }
        }

        return false;
    }
}

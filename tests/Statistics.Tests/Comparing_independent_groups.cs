using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests;

public sealed class Comparing_independent_groups
{
    /// <summary>Examples (a) to (d) of Newcombe (1998), table II, method 10.</summary>
    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(9, 10, 3, 10, 0.1705, 0.8090)]
    [InlineData(5, 56, 0, 29, -0.0381, 0.1926)]
    [InlineData(10, 10, 0, 10, 0.6075, 1.0000)]
    public void Differences_of_proportions_have_the_published_intervals(int successes1, int trials1, int successes2, int trials2, double lower, double upper)
    {
        var interval = NewcombeInterval.OfDifference(successes1, trials1, successes2, trials2, 0.95);

        Assert.Equal(lower, interval.Lower, 4);
        Assert.Equal(upper, interval.Upper, 4);
    }

    /// <summary>R: t.test(c(1, 2, 4, 7, 9), c(2, 2, 3, 5)), computed by hand from its formula.</summary>
    [Fact]
    public void A_difference_of_means_has_the_interval_of_Welch()
    {
        var (a, b) = (SummaryStatistics.Of([1, 2, 4, 7, 9]), SummaryStatistics.Of([2, 2, 3, 5]));

        var interval = WelchInterval.OfDifference(
            a.Mean!.Value, a.StdDev!.Value / Math.Sqrt(5), 5, b.Mean!.Value, b.StdDev!.Value / Math.Sqrt(4), 4, 0.95);

        // t(0.975, 5.6087) = 2.4894...; se = sqrt(11.3/5 + 2/4) = 1.66132
        Assert.Equal(1.6, (interval.Lower + interval.Upper) / 2, 10);
        Assert.InRange((interval.Upper - interval.Lower) / 2 / 1.66132, 2.44, 2.54);
    }

    [Fact]
    public void Intervals_of_ratios_hold_the_true_one_as_often_as_they_promise()
    {
        var random = new Random(11);
        var (held, runs) = (0, 2_000);
        for (var run = 0; run < runs; run++)
        {
            const int Count = 60;
            var values = Enumerable.Range(0, Count).Select(_ => (Cost: -Math.Log(1 - random.NextDouble()), Success: random.NextDouble() < 0.7 ? 1.0 : 0)).ToList();
            var (cost, success) = (values.Average(value => value.Cost), values.Average(value => value.Success));
            double Moment(Func<(double Cost, double Success), double> of) => values.Sum(of) / (Count - 1);
            var interval = FiellerInterval.OfRatio(
                Count, cost, success, Moment(value => Math.Pow(value.Cost - cost, 2)), Moment(value => Math.Pow(value.Success - success, 2)),
                Moment(value => (value.Cost - cost) * (value.Success - success)), 0.95)!;
            held += interval.Lower <= 1 / 0.7 && 1 / 0.7 <= interval.Upper ? 1 : 0;
        }

        Assert.InRange((double)held / runs, 0.925, 0.965);
    }

    [Fact]
    public void A_denominator_that_may_be_0_bounds_no_ratio() => Assert.Null(FiellerInterval.OfRatio(10, 1, 0.1, 1, 0.09, 0, 0.95));

    [Fact]
    public void Thompson_sampling_prefers_the_better_and_goes_on_trying_the_others()
    {
        var probabilities = ThompsonSampling.Probabilities([(90, 100), (50, 100), (88, 100)], minExploration: 0.15, seed: 3);

        Assert.Equal(1, probabilities.Sum(), 10);
        Assert.Equal(0.05, probabilities[1], 3);
        Assert.True(probabilities[0] > probabilities[2] && probabilities[2] > 0.2);
        Assert.All(ThompsonSampling.Probabilities([(0, 0), (0, 0)], 0.1, 1), probability => Assert.InRange(probability, 0.45, 0.55));
    }

    /// <summary>R: poisson.test(10, 5)$conf.int and poisson.test(0, 1)$conf.int.</summary>
    [Theory]
    [InlineData(10, 5, 0.959078, 3.678071)]
    [InlineData(0, 1, 0, 3.688879)]
    public void Rates_of_events_have_exact_intervals(int events, double time, double lower, double upper)
    {
        var interval = PoissonRateInterval.OfRate(events, time, 0.95);

        Assert.Equal(lower, interval.Lower, 5);
        Assert.Equal(upper, interval.Upper, 5);
    }
}

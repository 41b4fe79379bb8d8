using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests;

public sealed class Budgeting_variance
{
    [Fact]
    public void Shares_follow_from_the_components()
    {
        RunningMoments[] items = [RunningMoments.Of([1, 3]), RunningMoments.Of([4, 4]), RunningMoments.Of([6, 8]), RunningMoments.Of([2, 2])];

        var budget = VarianceBudget.Of(items)!;

        // R: y <- c(1,3,4,4,6,8,2,2); g <- gl(4,2); m <- anova(lm(y~g))$`Mean Sq`; s <- (m[1]-m[2])/2; c(s, m[2], s/(s+m[2]/2))
        Assert.Equal(5.083333333333333, budget.ItemVariance, 1e-12);
        Assert.Equal(1, budget.SampleVariance, 1e-12);
        Assert.Equal(0.910447761194030, budget.ItemShare, 1e-12);
        Assert.Equal(1, budget.ItemShare + budget.SampleShare, 1e-12);
        Assert.Equal(Math.Sqrt((5.083333333333333 + 0.5) / 4), budget.StandardError, 1e-12);
        Assert.Equal(budget.StandardError / Math.Sqrt(2), budget.StandardErrorWithTwiceTheItems, 1e-12);
        Assert.Equal(Math.Sqrt((5.083333333333333 + 0.25) / 4), budget.StandardErrorWithTwiceTheSamples, 1e-12);
    }

    [Fact]
    public void One_sample_an_item_or_no_spread_has_no_budget()
    {
        Assert.Null(VarianceBudget.Of([RunningMoments.Of([1]), RunningMoments.Of([2])]));
        Assert.Null(VarianceBudget.Of([RunningMoments.Of([1, 1]), RunningMoments.Of([1, 1])]));
        Assert.Null(VarianceBudget.Of([RunningMoments.Of([1, 2])]));
    }

    [Fact]
    public void The_standard_errors_are_those_that_twice_the_calls_really_give()
    {
        var random = new Random(17);
        var budget = VarianceBudget.Of(Draw(random, 20_000, 3))!;

        // Uniform bases on a width of 2, samples with variance 5/12: the simulated models.
        Assert.Equal(1 / 3.0, budget.ItemVariance, 0.02);
        Assert.Equal(5 / 12.0, budget.SampleVariance, 0.02);
        var twice = RunningMoments.Of([.. Draw(random, 20_000, 6).Select(item => item.Mean)]);
        Assert.Equal(twice.StandardDeviation / Math.Sqrt(20_000), budget.StandardErrorWithTwiceTheSamples, 0.02 * budget.StandardError);
    }

    private static RunningMoments[] Draw(Random random, int items, int samples) =>
    [
        .. Enumerable.Range(0, items).Select(_ =>
        {
            var level = 1.5 + (2 * random.NextDouble());
            return RunningMoments.Of(Simulation.Draw(samples, () => Math.Floor(level + (random.Next(2) - 0.5) + random.NextDouble())));
        }),
    ];
}

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

    [Fact]
    public void The_judge_has_a_share_of_its_own()
    {
        // Items 1, samples 0.5, judge 2 of variance: 5,000 items with 3 samples of 2 judgements each.
        var random = new Random(23);
        var (items, answers) = (new List<RunningMoments>(), new List<RunningMoments>());
        for (var item = 0; item < 5_000; item++)
        {
            var level = random.Normal();
            var samples = default(RunningMoments);
            for (var sample = 0; sample < 3; sample++)
            {
                var quality = level + (Math.Sqrt(0.5) * random.Normal());
                var judgements = RunningMoments.Of(Simulation.Draw(2, () => quality + (Math.Sqrt(2) * random.Normal())));
                answers.Add(judgements);
                samples.Add(judgements.Mean);
            }

            items.Add(samples);
        }

        var budget = VarianceBudget.Of([.. items], JudgeNoise.Of([.. answers]))!;

        var whole = 1 + (0.5 / 3) + (2 / 6.0);
        Assert.Equal(1, budget.ItemVariance, 0.08);
        Assert.Equal(0.5, budget.SampleVariance, 0.08);
        Assert.Equal(2, budget.JudgeVariance!.Value, 0.06);
        Assert.Equal(2 / 6.0 / whole, budget.JudgeShare!.Value, 0.01);
        Assert.Equal(1, budget.ItemShare + budget.SampleShare + budget.JudgeShare.Value, 1e-12);
        Assert.Equal(Math.Sqrt((whole - (1 / 6.0)) / 5_000), budget.StandardErrorWithTwiceTheJudgements!.Value, 0.0008);
        Assert.Equal((3, 2), (budget.SamplesPerItem, budget.JudgementsPerSample));
    }

    [Fact]
    public void The_next_dollar_goes_to_judgements_only_where_they_are_cheap_and_noisy()
    {
        // Shares .2, .1 and .7 with one judgement an answer.
        var noisy = new VarianceBudget(0.2, 0.1, 0.2, 0.1, 1, 1, 1, 0.7, 0.7, 1, 1, 1);

        Assert.Equal(Spending.Judgements, noisy.NextDollar(1, 0.1, hasMoreItems: true));
        Assert.Equal(Spending.Scenarios, noisy.NextDollar(0.1, 1, hasMoreItems: true));
        Assert.Equal(Spending.Samples, noisy.NextDollar(0.1, 1, hasMoreItems: false));
        Assert.Equal(Spending.Judgements, noisy.NextDollar(0, 0, hasMoreItems: true));

        // √(10·.7/.3) is 4.8, and (.3 + .7/J)·(10 + J) is least at 5.
        Assert.Equal(5, noisy.BestJudgements(1, 0.1, 20));
        Assert.Equal(3, noisy.BestJudgements(1, 0.1, 3));

        var plain = new VarianceBudget(0.6, 0.4, 0.6, 0.4, 1, 1, 1);
        Assert.Equal(Spending.Scenarios, plain.NextDollar(1, 1, hasMoreItems: false));
        Assert.Equal(Spending.Samples, (plain with { ItemShare = 0.4, SampleShare = 0.6 }).NextDollar(1, 1, hasMoreItems: false));
        Assert.Null(plain.BestJudgements(1, 1, 5));
    }

    [Fact]
    public void With_one_sample_an_item_the_judge_is_still_told_from_the_rest()
    {
        RunningMoments[] answers = [RunningMoments.Of([1, 3]), RunningMoments.Of([4, 4]), RunningMoments.Of([6, 8]), RunningMoments.Of([2, 2])];
        var budget = VarianceBudget.Of([.. answers.Select(answer => RunningMoments.Of([answer.Mean]))], JudgeNoise.Of(answers))!;

        // As items and samples of the first test: the judge is where samples were.
        Assert.Equal(0.910447761194030, budget.ItemShare, 1e-12);
        Assert.Equal((0, 0), (budget.SampleShare, budget.SampleVariance));
        Assert.Equal(1, budget.JudgeVariance!.Value, 1e-12);
        Assert.Null(JudgeNoise.Of([RunningMoments.Of([1]), RunningMoments.Of([2])]));
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

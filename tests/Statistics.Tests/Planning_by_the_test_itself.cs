using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests;

/// <summary>Plans of few scenarios count by the test that the run will use. How well they hold is simulated in <c>Simulations</c>.</summary>
public sealed class Planning_by_the_test_itself
{
    private static readonly PairedDesign Unit = new(1, 0, 0, 1, 1);

    // R: all b + c <= n that the test rejects with b > c, times their trinomial chance. It rejects where twice the smaller tail is at most alpha, of (b'-c')/sqrt(b'+c') under the
    //    rates (b+c)/2n of both, and, from n = 10 on, of pbinom(b-1, b+c, .5, lower.tail=FALSE) less half of what lies at b, that outcome itself in full
    [Theory]
    [InlineData(8, 0.7, 0.02, 0.05, 0.70699519464)]
    [InlineData(10, 0.7, 0.02, 0.05, 0.797032162578403)]
    [InlineData(20, 0.4, 0.05, 0.05, 0.675451747690536)]
    [InlineData(40, 0.25, 0.05, 0.01, 0.368368261110873)]
    public void The_power_of_pass_or_fail_agrees_with_R(int items, double onlyFirst, double onlySecond, double alpha, double expected)
    {
        Assert.Equal(expected, PassRatePower.Of(items, onlyFirst, onlySecond, alpha), 1e-5);

        // The same from a pilot whose items differ that often.
        RunningMoments pass = RunningMoments.Of([1]), fail = RunningMoments.Of([0]);
        var (first, second) = (new List<RunningMoments>(), new List<RunningMoments>());
        for (var item = 0; item < 100; item++)
        {
            first.Add(item < Math.Round(100 * onlyFirst) ? pass : fail);
            second.Add(item >= 100 - Math.Round(100 * onlySecond) ? pass : fail);
        }

        var scores = PlannedScores.FromPilot([.. first], [.. second], null, ScoreScale.PassOrFail, 1);
        Assert.Equal(expected, PlannedTest.Power(scores, items, onlyFirst - onlySecond, alpha, 1)!.Value, 1e-5);
        Assert.InRange(PlannedTest.DetectableEffect(scores, items, expected, alpha, onlyFirst - onlySecond, 1)!.Value, onlyFirst - onlySecond - 0.005, onlyFirst - onlySecond + 0.005);
    }

    // R: power.t.test(n = 6, delta = 1.4345581, sd = 1, type = "one.sample", strict = TRUE)$power is 0.8; below ten the test of a run is that of t.
    [Fact]
    public void Of_few_normal_scores_the_formula_of_t_comes_out()
    {
        var scores = PlannedScores.Normal(Unit, []);

        // Four standard errors.
        Assert.InRange(PlannedTest.Power(scores, 6, 1.4345581, 0.05, 4_000)!.Value, 0.775, 0.825);
        Assert.Equal(PlannedTest.Power(scores, 6, 1, 0.05, 500), PlannedTest.Power(scores, 6, 1, 0.05, 500));
        Assert.InRange(PlannedTest.SampleSize(scores, 1.4345581, 0.8, 0.05, 6, 2_000)!.Value.Items, 6, 7);
        Assert.InRange(PlannedTest.DetectableEffect(scores, 6, 0.8, 0.05, -1.4345581, 2_000)!.Value, -1.5, -1.37);
        Assert.Null(PlannedTest.SampleSize(scores, 0.2, 0.8, 0.05, PairedSampleSize.Of(Unit, 0.2, 0.8, 0.05)!.Value, 1));
    }

    [Fact]
    public void Coarse_scores_need_more_scenarios_than_the_formula_says_and_as_many_from_wherever_the_search_begins()
    {
        // Two of three items do not differ, one by a point.
        RunningMoments[] first = [.. Enumerable.Range(0, 60).Select(item => RunningMoments.Of([item % 3 == 0 ? 4 : 3]))];
        RunningMoments[] second = [.. Enumerable.Range(0, 60).Select(item => RunningMoments.Of([item % 30 == 1 ? 4 : 3]))];
        var scores = PlannedScores.FromPilot(first, second, null, ScoreScale.Between(1, 5), 1);
        var byFormula = PairedSampleSize.Of(new PairedDesign(RunningMoments.Of([.. first.Zip(second, (a, b) => a.Mean - b.Mean)]).Variance, 0, 0, 1, 1), 0.6, 0.8, 0.05)!.Value;

        var (items, power) = PlannedTest.SampleSize(scores, 0.6, 0.8, 0.05, byFormula, 500)!.Value;

        Assert.True(items > byFormula + 1);
        Assert.InRange(power, 0.8, 0.9);
        Assert.InRange(PlannedTest.SampleSize(scores, 0.6, 0.8, 0.05, 2, 500)!.Value.Items, items - 2, items + 2);
        Assert.True(PlannedTest.Power(scores, byFormula, 0.6, 0.05, 500) < 0.77);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public void More_samples_have_the_variance_that_the_design_says(bool isPassOrFail, int samples)
    {
        var random = Simulation.Draws(5, 0);
        var (first, second) = (new RunningMoments[2_000], new RunningMoments[2_000]);
        for (var item = 0; item < first.Length; item++)
        {
            var level = random.NextDouble();
            (first[item], second[item]) = (Samples(Math.Clamp(level + (0.2 * random.NextDouble()) - 0.1, 0, 1)), Samples(level));
        }

        var design = PairedDesign.FromPilot(first, second, samples)!;
        var scores = PlannedScores.FromPilot(first, second, design, isPassOrFail ? ScoreScale.PassOrFail : ScoreScale.Between(0, 4), samples);

        var drawn = RunningMoments.Of(scores.WithEffect(0.1)!(new Resampling.SeededStream(1, 1), 40_000));

        Assert.Equal(0.1, drawn.Mean, 4 * drawn.StandardDeviation / 200);
        Assert.InRange(drawn.Variance / design.VariancePerItem, 0.94, 1.06);

        RunningMoments Samples(double level) => RunningMoments.Of(isPassOrFail
            ? Simulation.Draw(5, () => random.PassRate(level, 1))
            : Simulation.Draw(5, () => Math.Floor((4 * level) + random.NextDouble())));
    }

    [Fact]
    public void A_few_large_differences_are_seen_to_be_skewed_unless_many_items_are_planned()
    {
        RunningMoments[] same = [.. Enumerable.Repeat(RunningMoments.Of([0]), 20)], rarely = [.. Enumerable.Range(0, 20).Select(item => RunningMoments.Of([item == 0 ? 10 : 0.1 * item]))];
        var scores = PlannedScores.FromPilot(rarely, same, null, ScoreScale.Unbounded, 1);

        Assert.True(scores.IsSkewed(200));
        Assert.False(scores.IsSkewed(10_000));
        Assert.False(PlannedScores.Normal(Unit, []).IsSkewed(20));
    }

    [Fact]
    public void Clusters_as_unequal_as_the_pilots_are_repeated()
    {
        var scores = PlannedScores.Normal(Unit with { ItemsPerCluster = 7, Correlation = 0.5 }, [10, 1, 1]);

        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3], scores.ClustersOf(15));
        Assert.Equal(4, scores.UnitsOf(15));
        Assert.Equal(25_000_000, scores.UnitsOf(100_000_000));
        Assert.Equal(0, PlannedTest.Power(scores, 10, 5, 0.05, 10));
        Assert.Equal(PlannedTest.SampleSize(scores, 3, 0.8, 0.05, 12, 200)!.Value.Items, PlannedTest.SampleSize(scores, 3, 0.8, 0.05, 60, 200)!.Value.Items);
        Assert.True(PlannedTest.Power(scores, 120, 1.5, 0.05, 200) > PlannedTest.Power(scores, 36, 1.5, 0.05, 200));
    }

    [Fact]
    public void An_effect_that_the_scale_has_no_room_for_is_not_planned()
    {
        RunningMoments[] passes = [.. Enumerable.Repeat(RunningMoments.Of([1]), 9), RunningMoments.Of([0])];
        var rates = PlannedScores.FromPilot(passes, passes, null, ScoreScale.PassOrFail, 1);
        var ratings = PlannedScores.FromPilot(passes, passes, null, ScoreScale.Between(0, 1), 1);

        Assert.Equal((false, true), (rates.HasRoom(0.2), rates.HasRoom(-0.2)));
        Assert.Null(PlannedTest.Power(rates, 10, 0.2, 0.05, 10));
        Assert.Null(PlannedTest.SampleSize(rates, 0.2, 0.8, 0.05, 10, 10));
        Assert.NotNull(PlannedTest.SampleSize(rates, -0.5, 0.8, 0.05, 10, 10));
        Assert.Null(PlannedTest.Power(ratings, 10, 1.2, 0.05, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlannedTest.Power(rates, 10, 0.1, 0, 10));
    }
}

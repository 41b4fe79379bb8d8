using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Sequential;

namespace FunctionsEval.Statistics.Tests;

public sealed class Planned_looks
{
    // R: rpact::getDesignGroupSequential(kMax = 5, alpha = .025, sided = 1, typeOfDesign = "asOF")$criticalValues, and "asP"
    [Theory]
    [InlineData(AlphaSpending.OBrienFleming, new[] { 4.87688494879, 3.35701192170, 2.68028006703, 2.28981677443, 2.03103206307 })]
    [InlineData(AlphaSpending.Pocock, new[] { 2.43797668805, 2.42681386322, 2.41019413620, 2.39664929360, 2.38599970192 })]
    public void Boundaries_agree_with_rpact(AlphaSpending spending, double[] expected)
    {
        var boundaries = Even(5, spending).Boundaries;

        for (var look = 0; look < expected.Length; look++)
        {
            Assert.Equal(expected[look], boundaries[look], 2e-4);
        }
    }

    // R: d <- rpact::getDesignGroupSequential(kMax = 4, alpha = .05, sided = 2, typeOfDesign = "asOF", beta = .2)
    // getDesignCharacteristics(d)$inflationFactor, $averageSampleNumber1, $averageSampleNumber0
    [Theory]
    [InlineData(AlphaSpending.OBrienFleming, 1.01963733046, 0.838742211718, 1.01393653081)]
    [InlineData(AlphaSpending.Pocock, 1.19631005081, 0.804095881382, 1.1693111653)]
    public void Largest_and_expected_numbers_agree_with_rpact(AlphaSpending spending, double inflation, double withEffect, double without)
    {
        var design = Even(4, spending);

        Assert.Equal(inflation, design.Inflation(0.8), 2e-4);
        Assert.Equal(withEffect, design.Inflation(0.8) * design.ExpectedFraction(design.Drift(0.8)), 2e-4);
        Assert.Equal(without, design.Inflation(0.8) * design.ExpectedFraction(0), 2e-4);
    }

    [Fact]
    public void Uneven_looks_agree_with_rpact()
    {
        // R: rpact::getDesignGroupSequential(informationRates = c(.125,.5,.7,1), alpha = .05, sided = 2, typeOfDesign = "asOF")$criticalValues
        double[] expected = [6.23197447316, 2.96258809417, 2.46227731556, 2.00178920478];

        var boundaries = new GroupSequentialDesign([0.125, 0.5, 0.7, 1], 0.05, AlphaSpending.OBrienFleming).Boundaries;

        Assert.Equal(expected[0], boundaries[0], 1e-3);
        for (var look = 1; look < 4; look++)
        {
            Assert.Equal(expected[look], boundaries[look], 2e-4);
        }
    }

    [Fact]
    public void One_look_is_the_plain_test()
    {
        var design = Even(1, AlphaSpending.OBrienFleming);

        // R: qnorm(.975); 2*pnorm(-2.3)
        Assert.Equal(1.95996398454005, design.Boundaries[0], 1e-6);
        Assert.Equal(0.0214482199906, design.PValue([2.3]), 3e-5);
        Assert.Equal(1, design.Inflation(0.9), 1e-5);
    }

    [Theory]
    [InlineData(AlphaSpending.OBrienFleming)]
    [InlineData(AlphaSpending.Pocock)]
    public void The_p_value_is_the_error_rate_whose_boundary_is_met(AlphaSpending spending)
    {
        var design = Even(4, spending);
        var stricter = new GroupSequentialDesign(design.Fractions, 0.012, spending).Boundaries;

        Assert.Equal(0.012, design.PValue([0.3, stricter[1]]), 3e-5);
        Assert.Equal(0.012, design.PValue([0.3, stricter[1], 1]), 3e-5);
        Assert.True(design.PValue([1, 1, 1, design.Boundaries[3] - 1e-9]) > 0.05);
        Assert.True(design.PValue([1, 1, 1, design.Boundaries[3] + 1e-9]) <= 0.05);
    }

    [Fact]
    public void Exits_add_up_to_alpha_without_an_effect_and_to_the_power_with_one()
    {
        var design = Even(10, AlphaSpending.OBrienFleming);

        Assert.Equal(0.05, design.ExitProbabilities(0).Sum(), 1e-5);
        Assert.Equal(0.9, design.ExitProbabilities(design.Drift(0.9)).Sum(), 1e-6);
        Assert.InRange(design.ConditionalPower(4, 0.1), 0, 0.05);
        Assert.InRange(design.ConditionalPower(4, 3), 0.99, 1);
    }

    [Fact]
    public void Looks_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupSequentialDesign([0.5, 0.5, 1], 0.05, AlphaSpending.Pocock));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupSequentialDesign([0.5, 1.1], 0.05, AlphaSpending.Pocock));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupSequentialDesign([1], 1, AlphaSpending.Pocock));
        Assert.Throws<ArgumentOutOfRangeException>(() => Even(2, AlphaSpending.Pocock).Drift(0.01));
    }

    [Fact]
    public void A_large_effect_ends_a_run_early_and_the_last_look_is_nearly_the_plain_test()
    {
        var random = new Random(31);
        var test = new GroupSequentialTest([25, 50, 75, 100], new ComparisonDesign(ScoreScale.Unbounded, Margin: 0.5), AlphaSpending.OBrienFleming);
        var large = Samples([.. random.Normals(100).Select(value => value + 1)]);
        var none = Samples(random.Normals(100));

        Assert.InRange(test.Of(large.Take(50), [25, 50], random).PValue!.Value, 0, 0.01);
        Assert.InRange(test.Of(large.Take(50), [25, 50], random).Interval!.Lower, 0.1, 1);
        Assert.InRange(test.Of(none, [25, 50, 75, 100], random).PValue!.Value, 0.05, 1);
        Assert.InRange(test.Of(none, [25, 50, 75, 100], random).EquivalencePValue!.Value, 0, 0.05);
        Assert.InRange(test.ChanceOfDeciding(large.Take(50), 1, random), 0.99, 1);
        Assert.Contains("4 planned looks", test.Of(none, [25], random).Method, StringComparison.Ordinal);
    }

    /// <summary>The run looks early, where only a huge difference may stop it: the p-value of the second question must not claim what its interval does not.</summary>
    [Theory]
    [InlineData(0.45)]
    [InlineData(0.75)]
    [InlineData(2)]
    public void On_these_items_interval_and_p_value_say_the_same(double effect)
    {
        RunningMoments[] first = [.. Enumerable.Range(0, 25).Select(item => RunningMoments.Of([effect + (item % 3), effect + 1 + (item % 3)]))];
        RunningMoments[] second = [.. Enumerable.Range(0, 25).Select(item => RunningMoments.Of([item % 3, 1.1 + (item % 3)]))];
        var test = new GroupSequentialTest([25, 50, 75, 100], new ComparisonDesign(ScoreScale.Between(0, 9), 2), AlphaSpending.OBrienFleming);

        var own = test.Of(PairedSamples.Of(first, second, []), [25], new Random(1)).OnTheseItems!;

        Assert.Equal(0.95, own.Interval.Level);
        Assert.Equal(own.PValue <= 0.05, own.Interval.Lower > 0);
    }

    private static PairedSamples Samples(double[] differences) => PairedSamples.Of(
        [.. differences.Select(value => RunningMoments.Of([value]))], [.. differences.Select(_ => RunningMoments.Of([0]))], []);

    private static GroupSequentialDesign Even(int looks, AlphaSpending spending) =>
        new([.. Enumerable.Range(1, looks).Select(look => (double)look / looks)], 0.05, spending);
}

using FunctionsEval.Statistics.Comparisons;

namespace FunctionsEval.Statistics.Tests;

public sealed class Equivalence
{
    // Differences of 10 pairs: mean 0.05, standard error 0.0322834667008087.
    private static readonly MeanEstimate Estimate = PairedDifference.Of(
        [0.1, 0.4, 0.35, 0.8, 0.62, 0.9, 0.15, 0.55, 0.7, 0.33], [0.2, 0.3, 0.3, 0.6, 0.7, 0.8, 0.05, 0.5, 0.55, 0.4])!;

    // R: max(t.test(d, mu = -m, alternative = "greater")$p.value, t.test(d, mu = m, alternative = "less")$p.value)
    [Theory]
    [InlineData(0.1, 0.0779214778148415443)]
    [InlineData(0.05, 0.5)]
    public void P_agrees_with_R(double margin, double expected) =>
        Assert.Equal(expected, EquivalenceTest.Of(Estimate, margin, 0.05).PValue, 1e-12);

    [Fact]
    public void The_interval_is_the_one_of_twice_alpha()
    {
        var interval = EquivalenceTest.Of(Estimate, 0.1, 0.05).Interval;

        // R: t.test(d, conf.level = .9)$conf.int
        Assert.Equal(-0.0091792403202293361, interval.Lower, 1e-12);
        Assert.Equal(0.1091792403202293399, interval.Upper, 1e-12);
    }

    [Fact]
    public void The_interval_lies_inside_the_margin_exactly_when_p_is_below_alpha()
    {
        var random = new Random(43);
        var seen = new HashSet<bool>();
        for (var trial = 0; trial < 500; trial++)
        {
            var estimate = ClusteredMean.Of(random.Normals(12))!;
            var result = EquivalenceTest.Of(estimate, 0.1 + random.NextDouble(), 0.05);

            Assert.Equal(result.PValue < 0.05, result.IsEquivalent);
            seen.Add(result.IsEquivalent);
        }

        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void A_difference_as_large_as_the_margin_is_rarely_called_equivalent()
    {
        var rate = Simulation.Rate(10_000, 47, random =>
            EquivalenceTest.Of(ClusteredMean.Of(Simulation.Draw(30, () => 0.5 + random.Normal()))!, 0.5, 0.05).IsEquivalent);

        Assert.InRange(rate, 0, 0.05 + 0.0044);
    }

    [Fact]
    public void Senseless_margins_and_rates_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => EquivalenceTest.Of(Estimate, 0, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => EquivalenceTest.Of(Estimate, double.NaN, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => EquivalenceTest.Of(Estimate, 1, 0.5));
    }
}

using FunctionsEval.Statistics.Comparisons;

namespace FunctionsEval.Statistics.Tests;

public sealed class McNemar_test
{
    // R: n <- b+c; k <- min(b,c); min(1, 2*pbinom(k,n,.5)), which is binom.test(b,n)$p.value; min(1, 2*(pbinom(k,n,.5)-dbinom(k,n,.5)/2))
    [Theory]
    [InlineData(1, 9, 0.021484375, 0.01171875)]
    [InlineData(5, 5, 1, 1)]
    [InlineData(12, 25, 0.047031027439516107, 0.033552439679624596)]
    [InlineData(0, 6, 0.03125, 0.015625)]
    [InlineData(130, 180, 5.3017554068320273e-03, 4.5023630552151039e-03)]
    [InlineData(49_000, 50_200, 1.4073556313573234e-04, 1.3895112843926609e-04)]
    [InlineData(0, 0, 1, 1)]
    public void Agrees_with_R(long onlyFirst, long onlySecond, double exact, double mid)
    {
        Assert.Equal(exact, McNemar.ExactPValue(onlyFirst, onlySecond), exact * 1e-8);
        Assert.Equal(mid, McNemar.MidPValue(onlyFirst, onlySecond), mid * 1e-8);
        Assert.Equal(McNemar.ExactPValue(onlyFirst, onlySecond), McNemar.ExactPValue(onlySecond, onlyFirst));
        Assert.Equal(McNemar.MidPValue(onlyFirst, onlySecond), McNemar.MidPValue(onlySecond, onlyFirst));
    }

    [Fact]
    public void Mid_p_is_never_above_the_exact_one_and_both_fall_as_the_sides_part()
    {
        for (var onlyFirst = 1; onlyFirst < 40; onlyFirst++)
        {
            var here = (McNemar.ExactPValue(onlyFirst, 40), McNemar.MidPValue(onlyFirst, 40));
            var farther = (McNemar.ExactPValue(onlyFirst - 1, 40), McNemar.MidPValue(onlyFirst - 1, 40));

            Assert.True(here.Item2 <= here.Item1);
            Assert.True(farther.Item1 < here.Item1 && farther.Item2 < here.Item2);
        }
    }

    // The rate is summed over all outcomes instead of simulated: it is exact.
    [Theory]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(60)]
    [InlineData(200)]
    public void Rejects_too_rarely_when_exact_and_about_as_promised_with_mid_p(int discordant)
    {
        var (exact, mid, probability) = (0.0, 0.0, Math.Pow(0.5, discordant));
        for (var onlyFirst = 0; onlyFirst <= discordant; onlyFirst++)
        {
            exact += McNemar.ExactPValue(onlyFirst, discordant - onlyFirst) <= 0.05 ? probability : 0;
            mid += McNemar.MidPValue(onlyFirst, discordant - onlyFirst) <= 0.05 ? probability : 0;
            probability *= (discordant - onlyFirst) / (onlyFirst + 1.0);
        }

        Assert.InRange(exact, 0, 0.05);
        Assert.InRange(mid, exact, 0.06);
    }

    // Also summed over all outcomes. A fixed number of discordant items can pass 5% (8 of them: 7%), but no share of items fixes it.
    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(96)]
    public void Mid_p_keeps_its_promise_whatever_the_share_of_items_that_differ(int items)
    {
        double[] rejects = [.. Enumerable.Range(0, items + 1).Select(discordant => Enumerable.Range(0, discordant + 1)
            .Where(onlyFirst => McNemar.MidPValue(onlyFirst, discordant - onlyFirst) <= 0.05)
            .Sum(onlyFirst => MathNet.Numerics.Distributions.Binomial.PMF(0.5, discordant, onlyFirst)))];

        // Two variants that are alike differ on half of the items at most: p·(1 - p) twice.
        for (var share = 0.01; share <= 0.5; share += 0.01)
        {
            var rate = rejects.Select((rejected, discordant) => rejected * MathNet.Numerics.Distributions.Binomial.PMF(share, items, discordant)).Sum();
            Assert.InRange(rate, 0, 0.05);
        }
    }

    [Fact]
    public void Negative_counts_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => McNemar.ExactPValue(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => McNemar.MidPValue(1, -2));
    }
}

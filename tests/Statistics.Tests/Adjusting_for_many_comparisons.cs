using FsCheck;
using FsCheck.Fluent;
using FunctionsEval.Statistics.Comparisons;

namespace FunctionsEval.Statistics.Tests;

public sealed class Adjusting_for_many_comparisons
{
    private static readonly double[] PValues = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04, 0.9];

    [Fact]
    public void Holm_agrees_with_R() =>

        // R: p.adjust(c(0.01,0.04,0.03,0.005,0.2,0.04,0.9), "holm")
        AssertEqual([0.06, 0.16, 0.15, 0.035, 0.4, 0.16, 0.9], HolmAdjustment.Of(PValues));

    [Fact]
    public void Benjamini_Hochberg_agrees_with_R() =>

        // R: p.adjust(c(0.01,0.04,0.03,0.005,0.2,0.04,0.9), "BH")
        AssertEqual([0.035, 0.056, 0.056, 0.035, 0.233333333333333365, 0.056, 0.9], BenjaminiHochberg.Of(PValues));

    [Fact]
    public void Adjusting_raises_p_keeps_the_order_and_follows_a_permutation()
    {
        var lists = ArbMap.Default.ArbFor<ushort[]>();
        Check.One(
            Config.QuickThrowOnFailure.WithReplay(9_173, 2_027),
            Prop.ForAll(lists, list =>
            {
                double[] p = [.. list.Select(value => value / (double)ushort.MaxValue)];
                var (holm, discovery) = (HolmAdjustment.Of(p), BenjaminiHochberg.Of(p));
                double[] reversed = [.. p.Reverse()];
                return p.Select((value, i) => value <= discovery[i] && discovery[i] <= holm[i] && holm[i] <= 1).All(holds => holds)
                    && p.SelectMany((x, i) => p.Select((y, j) => x > y || (holm[i] <= holm[j] && discovery[i] <= discovery[j]))).All(holds => holds)
                    && HolmAdjustment.Of(reversed).Reverse().SequenceEqual(holm)
                    && BenjaminiHochberg.Of(reversed).Reverse().SequenceEqual(discovery);
            }));
    }

    [Fact]
    public void Holm_makes_any_false_claim_as_rare_as_promised() =>
        Assert.InRange(Simulation.Rate(10_000, 53, random => HolmAdjustment.Of(Uniform(random, 8)).Min() <= 0.05), 0.04, 0.05 + 0.0044);

    [Fact]
    public void Benjamini_Hochberg_keeps_the_share_of_false_claims()
    {
        const int Replications = 4_000;
        var random = new Random(59);
        var share = 0.0;
        for (var replication = 0; replication < Replications; replication++)
        {
            // Ten nulls, then ten effects.
            double[] p = [.. Uniform(random, 10), .. Uniform(random, 10).Select(value => value * 0.01)];
            var adjusted = BenjaminiHochberg.Of(p);
            var claims = adjusted.Count(value => value <= 0.1);
            share += claims == 0 ? 0 : adjusted.Take(10).Count(value => value <= 0.1) / (double)claims;
        }

        Assert.InRange(share / Replications, 0.03, 0.1);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void What_is_no_probability_is_refused(double p)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => HolmAdjustment.Of([0.5, p]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BenjaminiHochberg.Of([0.5, p]));
    }

    [Fact]
    public void One_comparison_stays_as_it_is() =>
        Assert.Equal((0.03, 0.03, 0), (HolmAdjustment.Of([0.03])[0], BenjaminiHochberg.Of([0.03])[0], HolmAdjustment.Of([]).Length));

    private static double[] Uniform(Random random, int count) => Simulation.Draw(count, random.NextDouble);

    private static void AssertEqual(double[] expected, double[] actual)
    {
        for (var test = 0; test < expected.Length; test++)
        {
            Assert.Equal(expected[test], actual[test], 1e-15);
        }
    }
}

using FunctionsEval.Statistics.Effects;

namespace FunctionsEval.Statistics.Tests;

public sealed class Effect_sizes
{
    private static readonly double[] First = [0.1, 0.4, 0.35, 0.8, 0.62, 0.9, 0.15, 0.55, 0.7, 0.33];
    private static readonly double[] Second = [0.2, 0.3, 0.3, 0.6, 0.7, 0.8, 0.05, 0.5, 0.55, 0.4];

    [Fact]
    public void Agree_with_R()
    {
        // R: mean(sign(outer(a,b,"-")))
        Assert.Equal(0.14, CliffsDelta.Of(First, Second)!.Value, 1e-15);

        // R: mean(sign(outer(c(1,2,2,3), c(2,2,5,0,1), "-")))
        Assert.Equal(0.15, CliffsDelta.Of([1, 2, 2, 3], [2, 2, 5, 0, 1])!.Value, 1e-15);
    }

    [Fact]
    public void Cliffs_delta_counts_all_pairs_and_ignores_a_monotone_change()
    {
        var random = new Random(163);
        for (var trial = 0; trial < 200; trial++)
        {
            var first = Simulation.Draw(random.Next(1, 30), () => random.Next(6));
            var second = Simulation.Draw(random.Next(1, 30), () => random.Next(6));
            var pairs = first.SelectMany(a => second.Select(b => (double)Math.Sign(a - b))).Average();

            Assert.Equal(pairs, CliffsDelta.Of(first, second)!.Value, 1e-12);
            Assert.Equal(-pairs, CliffsDelta.Of([.. second.Select(Math.Exp)], [.. first.Select(Math.Exp)])!.Value, 1e-12);
        }
    }

    [Fact]
    public void Are_null_where_nothing_varies_or_nothing_is()
    {
        Assert.Null(CliffsDelta.Of([], [1]));
        Assert.Null(CliffsDelta.Of([1], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => CliffsDelta.Of([1], [double.NaN]));
    }
}

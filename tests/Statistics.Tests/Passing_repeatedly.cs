using FunctionsEval.Statistics.Repeats;

namespace FunctionsEval.Statistics.Tests;

public sealed class Passing_repeatedly
{
    // R: 1-choose(n-c,k)/choose(n,k); choose(c,k)/choose(n,k)
    [Theory]
    [InlineData(10, 3, 1, 0.3, 0.3)]
    [InlineData(10, 3, 2, 0.533333333333333326, 0.066666666666666666)]
    [InlineData(20, 5, 5, 8.0630804953560375e-01, 6.4499484004127962e-05)]
    [InlineData(5, 5, 3, 1, 1)]
    [InlineData(5, 0, 2, 0, 0)]
    [InlineData(100, 90, 10, 0.99999999999994227, 0.33047621108672515)]
    public void Agrees_with_R(int samples, int passed, int k, double once, double always)
    {
        Assert.Equal(once, PassAtK.Of(samples, passed, k), 1e-13);
        Assert.Equal(always, PassEveryTime.Of(samples, passed, k), 1e-13);
    }

    [Theory]
    [InlineData(0.3, 2)]
    [InlineData(0.7, 3)]
    public void Both_are_unbiased(double pass, int k)
    {
        var (once, always, probability) = (0.0, 0.0, Math.Pow(1 - pass, 8));
        for (var passed = 0; passed <= 8; passed++)
        {
            once += probability * PassAtK.Of(8, passed, k);
            always += probability * PassEveryTime.Of(8, passed, k);
            probability *= (8 - passed) / (passed + 1.0) * pass / (1 - pass);
        }

        Assert.Equal(1 - Math.Pow(1 - pass, k), once, 1e-12);
        Assert.Equal(Math.Pow(pass, k), always, 1e-12);
    }

    [Fact]
    public void More_tries_pass_more_often_once_and_less_often_always()
    {
        for (var k = 1; k < 12; k++)
        {
            Assert.True(PassAtK.Of(12, 4, k + 1) >= PassAtK.Of(12, 4, k));
            Assert.True(PassEveryTime.Of(12, 4, k + 1) <= PassEveryTime.Of(12, 4, k));
        }
    }

    [Fact]
    public void Fewer_samples_than_tries_measure_nothing()
    {
        Assert.True(double.IsNaN(PassAtK.Of(3, 3, 4)));
        Assert.True(double.IsNaN(PassEveryTime.Of(0, 0, 1)));
    }

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(3, 4, 1)]
    [InlineData(3, -1, 1)]
    [InlineData(3, 1, 0)]
    public void Impossible_counts_are_refused(int samples, int passed, int k)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.Of(samples, passed, k));
        Assert.Throws<ArgumentOutOfRangeException>(() => PassEveryTime.Of(samples, passed, k));
    }
}

namespace FunctionsEval.Statistics.Tests;

public sealed class Binomial_tail
{
    // R: pbinom(successes - 1, trials, rate, lower.tail = FALSE); pbinom(successes, trials, rate)
    [Theory]
    [InlineData(3, 10, 0.2, 0.3222004736, 0.8791261184)]
    [InlineData(0, 10, 0.2, 1, 0.1073741824)]
    [InlineData(10, 10, 0.2, 1.024e-7, 1)]
    [InlineData(5, 5, 1, 1, 1)]
    public void Agrees_with_R(int successes, int trials, double rate, double atLeast, double atMost)
    {
        Assert.Equal(atLeast, BinomialTail.AtLeast(successes, trials, rate), 1e-12);
        Assert.Equal(atMost, BinomialTail.AtMost(successes, trials, rate), 1e-12);
    }

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTail.AtLeast(-1, 10, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTail.AtMost(11, 10, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTail.AtMost(1, 10, double.NaN));
    }
}

namespace FunctionsEval.Statistics.Tests;

public sealed class Wilson_interval
{
    // R: prop.test(successes, trials, conf.level = level, correct = FALSE)$conf.int
    [Theory]
    [InlineData(0, 10, 0.95, 0, 0.27753279986288915)]
    [InlineData(10, 10, 0.95, 0.72246720013711085, 1)]
    [InlineData(1, 10, 0.95, 0.017876213095072892, 0.40415002679523837)]
    [InlineData(5, 10, 0.95, 0.23659309051256402, 0.76340690948743595)]
    [InlineData(3, 50, 0.95, 0.020614970348973975, 0.1621709168883817)]
    [InlineData(81, 263, 0.95, 0.25528851987827428, 0.36620957698280016)]
    [InlineData(1, 1000, 0.95, 0.00017654637062607817, 0.0056425585979579338)]
    [InlineData(0, 1, 0.95, 0, 0.79345068562276255)]
    [InlineData(8, 20, 0.90, 0.24238741776545167, 0.5814441497067413)]
    public void Agrees_with_R(long successes, long trials, double level, double lower, double upper)
    {
        var interval = WilsonInterval.OfProportion(successes, trials, level)!;

        Assert.Equal(lower, interval.Lower, 1e-12);
        Assert.Equal(upper, interval.Upper, 1e-12);
    }

    [Fact]
    public void Mirrors_when_successes_and_failures_change_places()
    {
        for (var successes = 0; successes <= 30; successes++)
        {
            var interval = WilsonInterval.OfProportion(successes, 30, 0.95)!;
            var mirrored = WilsonInterval.OfProportion(30 - successes, 30, 0.95)!;

            Assert.Equal(interval.Lower, 1 - mirrored.Upper, 1e-12);
            Assert.InRange(successes / 30.0, interval.Lower, interval.Upper);
        }
    }

    [Fact]
    public void Covers_the_share_as_often_as_it_says_on_average()
    {
        var random = new Random(20_260_102);
        var covered = 0;
        const int Trials = 10_000;
        for (var trial = 0; trial < Trials; trial++)
        {
            var share = 0.02 + (0.96 * random.NextDouble());
            var successes = Enumerable.Range(0, 40).Count(_ => random.NextDouble() < share);
            var interval = WilsonInterval.OfProportion(successes, 40, 0.95)!;
            covered += interval.Lower <= share && share <= interval.Upper ? 1 : 0;
        }

        Assert.InRange(covered / (double)Trials, 0.94, 0.96);
    }

    [Fact]
    public void Is_null_without_trials_and_refuses_impossible_counts()
    {
        Assert.Null(WilsonInterval.OfProportion(0, 0, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.OfProportion(3, 2, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.OfProportion(-1, 2, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.OfProportion(1, 2, 0));
    }
}

namespace FunctionsEval.Statistics.Tests;

public sealed class Student_t_interval
{
    // R: t.test(c(...), conf.level = level)$conf.int
    [Theory]
    [InlineData(new[] { 1.0, 2, 3, 4, 5 }, 0.95, 1.0367568385224428, 4.9632431614775570)]
    [InlineData(new[] { 0.1, 0.4, 0.35, 0.8, 0.62, 0.9, 0.15, 0.55, 0.7, 0.33 }, 0.95, 0.29778318671141590, 0.68221681328858408)]
    [InlineData(new[] { 0.1, 0.4, 0.35, 0.8, 0.62, 0.9, 0.15, 0.55, 0.7, 0.33 }, 0.99, 0.21385957890559615, 0.76614042109440372)]
    [InlineData(new[] { 2.0, 4 }, 0.95, -9.7062047361746941, 15.7062047361746941)]
    [InlineData(new[] { 1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16 }, 0.95, 1000000001.2845119, 1000000018.7154882)]
    public void Agrees_with_R(double[] values, double level, double lower, double upper)
    {
        var interval = StudentT.IntervalOfMean(values, level)!;

        Assert.Equal(lower, interval.Lower, Math.Abs(lower) * 1e-11);
        Assert.Equal(upper, interval.Upper, Math.Abs(upper) * 1e-11);
        Assert.Equal(level, interval.Level);
    }

    // R: qt(0.975, df)
    [Theory]
    [InlineData(1, 12.706204736174694)]
    [InlineData(2, 4.3026527297494619)]
    [InlineData(4, 2.7764451051977934)]
    [InlineData(9, 2.2621571627982049)]
    [InlineData(29, 2.0452296421327034)]
    [InlineData(99, 1.9842169515864172)]
    [InlineData(999, 1.9623414611334493)]
    public void Critical_values_agree_with_R(int degreesOfFreedom, double expected) =>
        Assert.Equal(expected, StudentT.CriticalValue(degreesOfFreedom, 0.95), expected * 1e-11);

    [Fact]
    public void Covers_the_mean_as_often_as_it_says()
    {
        var random = new Random(20_260_101);
        var covered = 0;
        const int Trials = 10_000;
        for (var trial = 0; trial < Trials; trial++)
        {
            var moments = default(RunningMoments);
            for (var draw = 0; draw < 8; draw++)
            {
                moments.Add(3 + (2 * Normal(random)));
            }

            var interval = StudentT.IntervalOfMean(moments, 0.95)!;
            covered += interval.Lower <= 3 && 3 <= interval.Upper ? 1 : 0;
        }

        // Exact for normal data; 0.01 is more than four standard errors of the simulation.
        Assert.InRange(covered / (double)Trials, 0.94, 0.96);
    }

    [Fact]
    public void Is_null_below_two_values_and_a_point_without_spread()
    {
        Assert.Null(StudentT.IntervalOfMean([], 0.95));
        Assert.Null(StudentT.IntervalOfMean([1], 0.95));
        Assert.Equal(new ConfidenceInterval(1, 1, 0.95), StudentT.IntervalOfMean([1, 1, 1], 0.95));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(95)]
    [InlineData(double.NaN)]
    public void Levels_outside_0_to_1_are_refused(double level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.IntervalOfMean([1, 2], level));

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests;

public sealed class Variance_components
{
    private static readonly double[][] Unequal = [[1, 2, 3], [2, 4], [5, 5, 6, 8], [3], [7, 9]];

    [Fact]
    public void Agrees_with_R_for_unequal_numbers_of_samples()
    {
        var components = VarianceComponents.Of(Moments(Unequal))!;

        // R: y <- list(c(1,2,3),c(2,4),c(5,5,6,8),3,c(7,9)); K <- lengths(y); N <- sum(K); g <- factor(rep(seq_along(y),K))
        //    a <- anova(lm(unlist(y)~g)); msb <- a[1,3]; msw <- a[2,3]; k0 <- (N-sum(K^2)/N)/4
        //    c(msb, msw, k0, (msb-msw)/k0, (msb-msw)/(msb+(k0-1)*msw), (msb-msw)/msb)
        Assert.Equal((5, 12L), (components.Items, components.Samples));
        Assert.Equal(14.7291666666666572, components.MeanSquareBetween, 1e-12);
        Assert.Equal(1.7142857142857142, components.WithinVariance, 1e-13);
        Assert.Equal(2.2916666666666665, components.SamplesPerItem, 1e-13);
        Assert.Equal(5.6792207792207758, components.BetweenVariance, 1e-12);
        Assert.Equal(0.7681363077463550, components.Correlation!.Value, 1e-13);
        Assert.Equal(0.8836128510810265, components.Reliability!.Value, 1e-13);
    }

    [Fact]
    public void Shrout_and_Fleiss_agree_on_their_own_example()
    {
        // Table 2 of the paper, six targets by four judges; table 4 gives ICC(1,1) = .17 and ICC(1,4) = .44.
        var components = VarianceComponents.Of(Moments([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]))!;

        Assert.Equal(0.17, components.Correlation!.Value, 0.005);
        Assert.Equal(0.44, components.Reliability!.Value, 0.005);
        Assert.Equal(4, components.SamplesPerItem, 1e-12);
    }

    // R: FL <- 4/qf(.975, n-1, n*(k-1)); FU <- 4*qf(.975, n*(k-1), n-1); c((FL-1)/(FL+k-1), (FU-1)/(FU+k-1), 1-1/FL, 1-1/FU)
    [Theory]
    [InlineData(12, 4, 0.146082112769383, 0.738920687142757, 0.406278420819687, 0.918837853757414)]
    [InlineData(2, 20, -0.0134561771304308, 0.9950479668353092, -0.3615635404478938, 0.9997512280109824)]
    public void Intervals_of_correlation_and_reliability_agree_with_R(int items, int samples, double low, double high, double lowReliability, double highReliability)
    {
        var components = new VarianceComponents(items, items * samples, 3.2, 0.8, samples);

        Assert.Equal(low, components.CorrelationInterval(0.95)!.Lower, 1e-9);
        Assert.Equal(high, components.CorrelationInterval(0.95)!.Upper, 1e-9);
        Assert.Equal(lowReliability, components.ReliabilityInterval(0.95)!.Lower, 1e-9);
        Assert.Equal(highReliability, components.ReliabilityInterval(0.95)!.Upper, 1e-9);
    }

    // R: f/qchisq(.2, f)
    [Theory]
    [InlineData(2, 15.5800237172121)]
    [InlineData(10, 1.6728459079745)]
    [InlineData(50, 1.20884924801418)]
    [InlineData(1_000, 1.03932677285696)]
    [InlineData(100_000, 1.00378002956381)]
    public void The_upper_limit_of_a_pilots_variance_agrees_with_R(int units, double expected) =>
        Assert.Equal(expected, SpreadLimit.FactorOf(units), 1e-7);

    [Fact]
    public void One_unit_says_nothing_of_a_variance() => Assert.Equal(double.PositiveInfinity, SpreadLimit.FactorOf(1));

    [Fact]
    public void Grouped_values_give_the_same_and_their_order_and_labels_do_not_matter()
    {
        var pairs = Unequal.SelectMany((samples, item) => samples.Select(score => (score, label: 100 - item))).ToArray();
        new Random(61).Shuffle(pairs);
        var expected = VarianceComponents.Of(Moments(Unequal))!;

        var actual = VarianceComponents.Of([.. pairs.Select(pair => pair.score)], [.. pairs.Select(pair => pair.label)])!;

        Assert.Equal(expected.MeanSquareBetween, actual.MeanSquareBetween, 1e-12);
        Assert.Equal(expected.WithinVariance, actual.WithinVariance, 1e-12);
        Assert.Equal(expected.SamplesPerItem, actual.SamplesPerItem, 1e-12);
    }

    [Fact]
    public void A_shift_changes_nothing_and_a_factor_squares()
    {
        var original = VarianceComponents.Of(Moments(Unequal))!;
        var moved = VarianceComponents.Of(Moments([.. Unequal.Select(item => item.Select(score => (score * -3) + 1_000).ToArray())]))!;

        Assert.Equal(original.BetweenVariance * 9, moved.BetweenVariance, 1e-9);
        Assert.Equal(original.WithinVariance * 9, moved.WithinVariance, 1e-9);
        Assert.Equal(original.Correlation!.Value, moved.Correlation!.Value, 1e-11);
    }

    [Fact]
    public void The_planted_components_come_out_on_average()
    {
        var (between, within) = (default(RunningMoments), default(RunningMoments));
        for (var replication = 0; replication < 3_000; replication++)
        {
            var random = new Random(replication);
            var items = new RunningMoments[30];
            for (var item = 0; item < items.Length; item++)
            {
                var mean = 2 * random.Normal();
                items[item] = RunningMoments.Of(Simulation.Draw(1 + (item % 4), () => mean + random.Normal()));
            }

            var components = VarianceComponents.Of(items)!;
            between.Add((components.MeanSquareBetween - components.MeanSquareWithin) / components.SamplesPerItem);
            within.Add(components.WithinVariance);
        }

        Assert.InRange(between.Mean, 3.92, 4.08);
        Assert.InRange(within.Mean, 0.98, 1.02);
    }

    [Fact]
    public void Items_alike_have_no_variance_between_them_and_a_negative_correlation()
    {
        var components = VarianceComponents.Of(Moments([[0, 10], [1, 9], [2, 8]]))!;

        Assert.Equal(0, components.BetweenVariance);
        Assert.Equal(-1, components.Correlation!.Value, 1e-12);
    }

    [Fact]
    public void Without_repeats_or_spread_nothing_is_said()
    {
        Assert.Null(VarianceComponents.Of(Moments([[1, 2, 3]])));
        Assert.Null(VarianceComponents.Of(Moments([[1], [2], [3]])));
        Assert.Null(VarianceComponents.Of(Moments([[], [1, 2]])));
        Assert.Null(VarianceComponents.Of([], []));
        Assert.Null(VarianceComponents.Of(Moments([[4, 4], [4, 4]]))!.Correlation);
    }

    private static RunningMoments[] Moments(double[][] items) => [.. items.Select(samples => RunningMoments.Of(samples))];
}

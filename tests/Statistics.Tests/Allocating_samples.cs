using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests;

public sealed class Allocating_samples
{
    [Fact]
    public void Noisier_items_get_samples_in_proportion_to_their_deviation()
    {
        // Deviations 1, 2 and 5: 8 shares of 10.
        Assert.Equal([10, 20, 50], NeymanAllocation.Of([1, 4, 25], [1, 1, 1], 80, 2, 100));
    }

    [Fact]
    public void Cheaper_items_get_more()
    {
        // √(σ²/c) is 1 and 1/2: 10·1 + 5·4 = 30.
        Assert.Equal([10, 5], NeymanAllocation.Of([1, 1], [1, 4], 30, 1, 100));
        Assert.Equal([10], NeymanAllocation.Of([1], [0.1], 1, 1, 100));
    }

    [Fact]
    public void No_other_whole_numbers_are_better()
    {
        var random = new Random(157);
        for (var trial = 0; trial < 200; trial++)
        {
            double[] variances = [random.NextDouble(), random.NextDouble(), random.NextDouble()];
            var samples = NeymanAllocation.Of(variances, [1, 1, 1], 15, 2, 8);
            var best = double.PositiveInfinity;
            for (var a = 2; a <= 8; a++)
            {
                for (var b = 2; b <= 8; b++)
                {
                    var c = 15 - a - b;
                    best = c is >= 2 and <= 8 ? Math.Min(best, Variance(variances, [a, b, c])) : best;
                }
            }

            Assert.Equal(15, samples.Sum());
            Assert.Equal(best, Variance(variances, samples), 1e-12);
        }
    }

    [Fact]
    public void Floor_and_ceiling_hold_and_an_item_without_noise_gets_no_more_than_the_floor() =>
        Assert.Equal([2, 7, 2], NeymanAllocation.Of([0, 100, 1e-9], [1, 1, 5], 20, 2, 7));

    [Fact]
    public void The_mean_of_item_means_stays_unbiased_and_is_more_precise_than_with_equal_samples()
    {
        double[] pass = [0.5, 0.5, 0.02, 0.98, 0.6, 0.01];
        double[] variances = [.. pass.Select(p => p * (1 - p))];
        var samples = NeymanAllocation.Of(variances, [1, 1, 1, 1, 1, 1], 48, 2, 100);
        var (adapted, equal) = (default(RunningMoments), default(RunningMoments));
        for (var replication = 0; replication < 4_000; replication++)
        {
            var random = new Random(replication);
            adapted.Add(pass.Select((p, item) => random.PassRate(p, samples[item])).Average());
            equal.Add(pass.Select(p => random.PassRate(p, 8)).Average());
        }

        Assert.InRange(adapted.Mean, pass.Average() - 0.004, pass.Average() + 0.004);
        Assert.True(adapted.Variance < equal.Variance * 0.9);
    }

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NeymanAllocation.Of([1, 1], [1, 1], 3, 2, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeymanAllocation.Of([1, -1], [1, 1], 30, 2, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeymanAllocation.Of([1, 1], [1, 0], 30, 2, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeymanAllocation.Of([1, 1], [1, 1], 30, 0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeymanAllocation.Of([1, 1], [1, 1], 30, 5, 4));
        Assert.Throws<ArgumentException>(() => NeymanAllocation.Of([1, 1], [1], 30, 1, 4));
    }

    private static double Variance(double[] variances, int[] samples) => variances.Zip(samples, (variance, k) => variance / k).Sum();
}

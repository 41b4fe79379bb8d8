using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests;

public sealed class Planning_a_comparison
{
    private static readonly PairedDesign Unit = new(1, 0, 0, 1, 1);

    // R: power.t.test(n, delta, sd = 1, sig.level = alpha, type = "one.sample", strict = TRUE)$power
    [Theory]
    [InlineData(10, 0.5, 0.05, 0.29317560651438546)]
    [InlineData(100, 0.2, 0.05, 0.50826480662105067)]
    [InlineData(3, 1, 0.05, 0.17925539377666266)]
    [InlineData(2, 2, 0.1, 0.34202062532785804)]
    [InlineData(2, 0.5, 0.001, 0.0012400813450234027)]
    [InlineData(3, 2, 1e-4, 0.0012991004383208216)]
    [InlineData(1_000_000, 0.002, 0.05, 0.51600450863034864)]
    public void Power_agrees_with_R(int items, double effect, double alpha, double expected)
    {
        Assert.Equal(expected, PairedPower.Of(Unit, items, effect, alpha), 1e-9);
        Assert.Equal(expected, PairedPower.Of(Unit, items, -effect, alpha), 1e-9);
    }

    // R: pt(t, df, ncp, lower.tail = FALSE)
    [Theory]
    [InlineData(2.5, 9, 1.5, 0.210758717180739907)]
    [InlineData(2, 1, 3, 0.820437503448227634)]
    [InlineData(1.98, 99, 2, 0.509885776127553259)]
    [InlineData(2.2, 4.5, 0.7, 0.129217936663886701)]
    [InlineData(1.96, 1e5, 2.8, 0.799544918826409656)]
    [InlineData(2, 20, -1, 0.002230705499587482)]
    [InlineData(63.65674, 1, 0.7, 0.010563440258995471)]
    [InlineData(0.05, 3, 0.7, 0.7433831841697589)]
    public void The_noncentral_t_agrees_with_R(double t, double degreesOfFreedom, double shift, double expected) =>
        Assert.Equal(expected, NoncentralT.UpperTail(t, degreesOfFreedom, shift), 1e-9);

    // R: ceiling(power.t.test(delta = effect, sd = sqrt(variance), power = 0.8, type = "one.sample", strict = TRUE)$n)
    [Theory]
    [InlineData(0.5, 1, 34)]
    [InlineData(0.2, 1, 199)]
    [InlineData(0.03, 4 / 9.0, 3_878)]
    [InlineData(1, 1, 10)]
    [InlineData(2, 1, 5)]
    public void Sample_size_agrees_with_R(double effect, double variance, int expected) =>
        Assert.Equal(expected, PairedSampleSize.Of(Unit with { DifferenceVariance = variance }, effect, 0.8, 0.05));

    // R: power.t.test(n, sd = 1, power = 0.8, type = "one.sample", strict = TRUE, tol = 1e-12)$delta
    [Theory]
    [InlineData(10, 0.99600137145510659)]
    [InlineData(50, 0.40418300213578667)]
    [InlineData(1_000, 0.088679075594237419)]
    public void Detectable_effect_agrees_with_R(int items, double expected) =>
        Assert.Equal(expected, DetectableEffect.Of(Unit, items, 0.8, 0.05), 1e-8);

    [Fact]
    public void Samples_save_items_as_the_formula_says()
    {
        // (1.96 + 0.84)²·(1/9 + 2/(6K))/0.03² is 3876 for K = 1 and 1260 for K = 10; t adds two.
        var design = new PairedDesign(1 / 9.0, 1 / 6.0, 1 / 6.0, 1, 1);

        Assert.InRange(PairedSampleSize.Of(design, 0.03, 0.8, 0.05)!.Value, 3_876, 3_879);
        Assert.InRange(PairedSampleSize.Of(design with { FirstSamples = 10, SecondSamples = 10 }, 0.03, 0.8, 0.05)!.Value, 1_260, 1_263);
    }

    [Fact]
    public void Size_power_and_effect_are_inverses_and_monotone()
    {
        var random = new Random(67);
        for (var trial = 0; trial < 30; trial++)
        {
            var design = new PairedDesign(random.NextDouble(), random.NextDouble(), 0.1, random.Next(1, 9), random.Next(1, 9), random.Next(1, 6), 0.3);
            var effect = 0.05 + (0.5 * random.NextDouble());
            var items = PairedSampleSize.Of(design, effect, 0.9, 0.05)!.Value;

            Assert.True(PairedPower.Of(design, items, effect, 0.05) >= 0.9);
            Assert.True(items <= 2 * design.ItemsPerCluster || PairedPower.Of(design, items - 1, effect, 0.05) < 0.9);
            Assert.Equal(0.9, PairedPower.Of(design, items, DetectableEffect.Of(design, items, 0.9, 0.05), 0.05), 1e-8);
            Assert.True(DetectableEffect.Of(design, items, 0.9, 0.05) <= effect * (1 + 1e-9));
            Assert.True(PairedSampleSize.Of(design with { ItemsPerCluster = 8 }, effect, 0.9, 0.05) > items);
            Assert.True(PairedSampleSize.Of(design with { FirstSamples = design.FirstSamples + 1 }, effect, 0.9, 0.05) <= items);
        }
    }

    // Pass-or-fail samples of items whose true pass rates differ: what was planned is what happens.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(2, 5)]
    public void Planted_effects_are_found_with_the_power_that_was_planned(int samples, int clusterSize)
    {
        const double Effect = 0.1;
        var pilot = new Random(71);
        var (first, second) = Draw(pilot, 6_000, clusterSize, Effect, 5);
        var design = PairedDesign.FromPilot(first, second, samples)!;
        var differences = first.Zip(second, (a, b) => a.Mean - b.Mean).ToArray();
        if (clusterSize > 1)
        {
            var components = VarianceComponents.Of(differences, Clusters(differences.Length, clusterSize))!;
            var noise = (design.FirstWithin + design.SecondWithin) * ((1.0 / samples) - (1.0 / 5));
            var correlation = components.BetweenVariance / (components.BetweenVariance + components.WithinVariance + noise);
            design = design with { ItemsPerCluster = clusterSize, Correlation = correlation };
        }

        var items = PairedSampleSize.Of(design, Effect, 0.8, 0.05)!.Value;
        items -= items % clusterSize;
        var promised = PairedPower.Of(design, items, Effect, 0.05);
        var clusters = Clusters(items, clusterSize);
        var found = Simulation.Rate(1_000, 73, random =>
        {
            var (a, b) = Draw(random, items, clusterSize, Effect, samples);
            return Comparison.Of(
                PairedSamples.Of(a, b, clusterSize > 1 ? clusters : []),
                new ComparisonDesign(ScoreScale.PassOrFail, samples, clusterSize > 1),
                random).PValue <= 0.05;
        });

        Assert.InRange(promised, 0.78, 0.83);
        Assert.InRange(found, promised - 0.04, promised + 0.04);
    }

    [Fact]
    public void A_pilot_without_repeats_cannot_plan() =>
        Assert.Null(PairedDesign.FromPilot([RunningMoments.Of([1]), RunningMoments.Of([2])], [RunningMoments.Of([1, 2]), RunningMoments.Of([2])], 2));

    [Fact]
    public void An_effect_out_of_reach_has_no_size_and_one_without_noise_needs_the_fewest()
    {
        Assert.Null(PairedSampleSize.Of(Unit, 1e-6, 0.8, 0.05));
        Assert.Equal(2, PairedSampleSize.Of(Unit with { DifferenceVariance = 0 }, 0.1, 0.8, 0.05));
        Assert.Equal(0, DetectableEffect.Of(Unit with { DifferenceVariance = 0 }, 10, 0.8, 0.05));
        Assert.Equal(0.05, PairedPower.Of(Unit, 20, 0, 0.05), 1e-9);
    }

    [Fact]
    public void Senseless_plans_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedSampleSize.Of(Unit, 0, 0.8, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedSampleSize.Of(Unit, 1, 1, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedSampleSize.Of(Unit with { DifferenceVariance = -1 }, 1, 0.8, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedSampleSize.Of(Unit with { FirstSamples = 0 }, 1, 0.8, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedPower.Of(Unit, 1, 1, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedPower.Of(Unit, 10, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DesignEffect.Of(0.5, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DesignEffect.Of(2, 1.1));
        Assert.Throws<ArgumentException>(() => DesignEffect.Of([], 0.1));
    }

    [Fact]
    public void The_design_effect_grows_with_the_clusters_and_large_ones_weigh_more()
    {
        Assert.Equal(3, DesignEffect.Of(5, 0.5), 1e-15);
        Assert.Equal(1, DesignEffect.Of(5, -0.2));
        Assert.Equal(DesignEffect.Of(5, 0.5), DesignEffect.Of([5, 5, 5], 0.5));
        Assert.True(DesignEffect.Of([1, 9], 0.5) > DesignEffect.Of([5, 5], 0.5));
    }

    [Theory]
    [InlineData(0.1, 0.9, 4, 1, 100, 6)]
    [InlineData(1, 0.01, 1, 1, 100, 1)]
    [InlineData(0, 1, 1, 1, 100, 100)]
    [InlineData(1, 100, 100, 1, 20, 20)]
    [InlineData(1, 1, 0, 1, 100, 1)]
    [InlineData(0, 0, 1, 1, 100, 1)]
    public void The_best_number_of_samples_follows_the_costs(
        double between, double within, double costPerItem, double costPerSample, int max, int expected)
    {
        var best = BestSampleCount.Of(between, within, costPerItem, costPerSample, max);

        Assert.Equal(expected, best);
        for (var samples = 1; samples <= max; samples++)
        {
            Assert.True(Price(best) <= Price(samples) * (1 + 1e-12));
        }

        double Price(int samples) => (between + (within / samples)) * (costPerItem + (samples * costPerSample));
    }

    private static int[] Clusters(int items, int size) => [.. Enumerable.Range(0, items).Select(item => item / size)];

    private static (RunningMoments[] First, RunningMoments[] Second) Draw(Random random, int items, int clusterSize, double effect, int samples)
    {
        var (first, second) = (new RunningMoments[items], new RunningMoments[items]);
        var shift = 0.0;
        for (var item = 0; item < items; item++)
        {
            shift = item % clusterSize == 0 ? random.NextDouble() - 0.5 : shift;
            var pass = 0.2 + (0.4 * random.NextDouble());
            var difference = effect + (clusterSize > 1 ? 0.4 * shift : 0) + (0.2 * (random.NextDouble() - 0.5));
            for (var sample = 0; sample < samples; sample++)
            {
                first[item].Add(random.NextDouble() < pass + difference ? 1 : 0);
                second[item].Add(random.NextDouble() < pass ? 1 : 0);
            }
        }

        return (first, second);
    }
}

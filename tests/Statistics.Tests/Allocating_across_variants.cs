using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests;

/// <summary>Simulated runs with an allocation: pass or fail, where most items pass (nearly) always or never and the others are a toss-up.</summary>
public sealed class Allocating_across_variants
{
    private const int Items = 60;
    private const int Pilot = 4;
    private const int Mean = 10;
    private const int Ceiling = 30;
    private const int Replications = 5_000;
    private const int Verdicts = 500;

    private delegate int[][] Rule(IReadOnlyList<RunningMoments[]> pilots, Random random);

    private static readonly double[][] Shared =
    [
        [.. Enumerable.Range(0, Items).Select(item => (item % 10) switch { < 4 => 0.02, < 7 => 1, _ => 0.45 })],
        [.. Enumerable.Range(0, Items).Select(item => (item % 10) switch { < 4 => 0.03, < 7 => 1, _ => 0.5 })],
    ];

    private static readonly double[][] Unrelated =
    [
        [.. Enumerable.Range(0, Items).Select(item => item % 10 < 3 ? 0.5 : 0.02)],
        [.. Enumerable.Range(0, Items).Select(item => item % 10 > 6 ? 0.5 : 0.02)],
    ];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Means_and_their_difference_are_unbiased(int variants)
    {
        var (first, second, effect) = Estimates([.. Shared.Append(Unrelated[0]).Take(variants)], CrossFitted, 401);

        Assert.InRange(Errors(first, Shared[0].Average()), -2, 2);
        Assert.InRange(Errors(second, Shared[1].Average()), -2, 2);
        Assert.InRange(Errors(effect, Shared[0].Average() - Shared[1].Average()), -2, 2);
    }

    /// <summary>Why a variant's own pilot must not say how many samples it gets, and that the simulation above would see it.</summary>
    [Fact]
    public void Counts_by_the_own_pilot_would_be_biased()
    {
        var (first, second, _) = Estimates(Shared, ByOwnPilot, 401);

        Assert.True(Errors(first, Shared[0].Average()) < -5);
        Assert.True(Errors(second, Shared[1].Average()) < -5);
    }

    [Fact]
    public void The_difference_is_more_precise_than_with_as_many_samples_in_equal_numbers_where_noise_is_shared()
    {
        var ratio = VarianceVersusEqual(Shared, 409);

        Assert.InRange(ratio, 0.7, 0.9);
    }

    [Fact]
    public void It_is_as_precise_where_noise_is_not_shared() => Assert.InRange(VarianceVersusEqual(Unrelated, 409), 0.94, 1.06);

    [Theory]
    [InlineData(20, 0)]
    [InlineData(20, 0.2)]
    [InlineData(100, 0)]
    [InlineData(100, 0.2)]
    public void Verdicts_and_intervals_hold_what_they_promise(int items, double effect)
    {
        var design = new ComparisonDesign(ScoreScale.PassOrFail, Mean);
        var covered = 0;
        var told = Simulation.Rate(Verdicts, 419, random =>
        {
            double[] second = [.. Enumerable.Range(0, items).Select(_ => random.Next(2) * 0.8 * random.NextDouble())];
            double[] first = [.. second.Select(pass => pass + effect)];
            var scores = Sampled(random, [first, second], CrossFitted);
            var evidence = Comparison.Of(PairedSamples.Of(scores[0], scores[1], []), design, random);
            Interlocked.Add(ref covered, evidence.Interval!.Contains(effect) ? 1 : 0);
            return evidence.PValue <= design.Alpha;
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"covered {covered / (double)Verdicts:F4}");

        // Sparse differences of few items are given wide intervals on purpose.
        Assert.InRange(covered / (double)Verdicts, 0.92, items < 50 ? 0.995 : 0.98);
        if (effect == 0)
        {
            // Two standard errors of 500 replications above the nominal rate.
            Assert.InRange(told, 0, 0.05 + 0.0195);
        }
    }

    [Fact]
    public void Every_variant_gets_exactly_what_was_planned_and_no_item_less_than_the_pilot_or_more_than_the_ceiling()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var items = random.Next(1, 40);
            RunningMoments[][] pilots = [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => Draw(random, items))];

            Assert.All(CrossFittedAllocation.Of(pilots, 3, 5, 9, random), counts =>
            {
                Assert.Equal(5 * items, counts.Sum());
                Assert.All(counts, count => Assert.InRange(count, 3, 9));
            });
        }

        static RunningMoments[] Draw(Random random, int items) =>
            [.. Enumerable.Range(0, items).Select(_ => RunningMoments.Of(Simulation.Draw(random.Next(4), () => random.Next(2))))];
    }

    [Fact]
    public void What_a_variant_gets_of_an_item_does_not_hang_on_its_own_samples_of_it()
    {
        var random = new Random(421);
        RunningMoments[][] pilots = [.. Shared.Select(pass => Pilots(random, pass))];
        var before = CrossFitted(pilots, new Random(1));
        var moved = 0;
        for (var item = 0; item < Items; item++)
        {
            var other = pilots[1][item].Variance == 0 ? RunningMoments.Of([0, 1, 0]) : RunningMoments.Of([0, 0, 0]);
            var after = CrossFitted([pilots[0], [.. pilots[1].Select((pilot, index) => index == item ? other : pilot)]], new Random(1));

            Assert.Equal(before[1][item], after[1][item]);
            moved += before[0][item] == after[0][item] ? 0 : 1;
        }

        Assert.InRange(moved, Items / 2, Items);
    }

    [Fact]
    public void Where_the_others_show_no_noise_all_items_get_the_same()
    {
        RunningMoments[] steady = [.. Enumerable.Repeat(RunningMoments.Of([1, 1, 1]), 30)];
        RunningMoments[] noisy = [.. Enumerable.Range(0, 30).Select(item => RunningMoments.Of([0, item % 2, 0]))];

        var samples = CrossFittedAllocation.Of([steady, noisy], 3, 6, 20, new Random(1));

        Assert.All(samples[1], count => Assert.Equal(6, count));
        Assert.All(samples[0], count => Assert.Equal(6, count));
        Assert.Throws<ArgumentOutOfRangeException>(() => CrossFittedAllocation.Of([noisy], 3, 6, 20, new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => CrossFittedAllocation.Of([noisy, steady], 3, 2, 20, new Random(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => CrossFittedAllocation.Of([noisy, steady], 3, 6, 5, new Random(1)));
        Assert.Throws<ArgumentException>(() => CrossFittedAllocation.Of([noisy, []], 3, 6, 20, new Random(1)));
    }

    [Fact]
    public void The_gain_is_seen_in_the_scores_afterwards()
    {
        // Variances 0 and 1: (0/2 + 1/6) against (0/4 + 1/4).
        RunningMoments[] items = [RunningMoments.Of([3, 3]), RunningMoments.Of([0, 0, 0, 2, 2, 1]), RunningMoments.Of([7])];
        var gain = AllocationGain.Of(items)!;

        Assert.Equal((2, 6), (gain.FewestSamples, gain.MostSamples));
        Assert.Equal(4 / 6.0, gain.NoiseVersusEqual!.Value, 1e-12);
        Assert.Null(AllocationGain.Of([RunningMoments.Of([1, 1])])!.NoiseVersusEqual);
        Assert.Null(AllocationGain.Of([RunningMoments.Of([1])]));
    }

    /// <summary>Pooled squares would take the noise of the noisy half, which has more samples, for that of all.</summary>
    [Fact]
    public void The_variance_budget_is_that_of_the_average_item_also_where_noisy_items_have_more_samples()
    {
        var random = new Random(431);
        RunningMoments[] items = [.. Enumerable.Range(0, 20_000).Select(item =>
        {
            var (level, noise, samples) = (random.Normal(), item % 2 == 0 ? 0.5 : 2, item % 2 == 0 ? 3 : 12);
            return RunningMoments.Of(Simulation.Draw(samples, () => level + (noise * random.Normal())));
        })];

        var budget = VarianceBudget.Of(items)!;

        Assert.Equal(1, budget.ItemVariance, 0.04);
        Assert.Equal((0.25 + 4) / 2, budget.SampleVariance, 0.04);
        Assert.Equal(((0.25 / 3) + (4 / 12.0)) / 2, budget.SampleShare * budget.StandardError * budget.StandardError * items.Length, 0.01);
        var twice = RunningMoments.Of([.. items.Select(item => item.Mean)]);
        Assert.Equal(twice.StandardDeviation / Math.Sqrt(items.Length), budget.StandardError, 1e-12);
    }

    private static int[][] CrossFitted(IReadOnlyList<RunningMoments[]> pilots, Random random) =>
        CrossFittedAllocation.Of(pilots, Pilot, Mean, Ceiling, random);

    private static int[][] Equal(IReadOnlyList<RunningMoments[]> pilots, Random random) =>
        [.. pilots.Select(pilot => Enumerable.Repeat(Mean, pilot.Length).ToArray())];

    private static int[][] ByOwnPilot(IReadOnlyList<RunningMoments[]> pilots, Random random) =>
    [
        .. pilots.Select(pilot => NeymanAllocation.Of(
            [.. pilot.Select(item => item.Variance + pilot.Average(other => other.Variance))],
            [.. pilot.Select(_ => 1.0)], pilot.Length * Mean, Pilot, Ceiling)),
    ];

    private static double Errors(RunningMoments estimates, double truth) =>
        (estimates.Mean - truth) / (estimates.StandardDeviation / Math.Sqrt(estimates.Count));

    private static double VarianceVersusEqual(double[][] pass, int seed)
    {
        var ratio = Estimates(pass, CrossFitted, seed).Effect.Variance / Estimates(pass, Equal, seed).Effect.Variance;
        TestContext.Current.TestOutputHelper?.WriteLine($"variance {ratio:F3} of that of equal numbers");
        return ratio;
    }

    private static (RunningMoments First, RunningMoments Second, RunningMoments Effect) Estimates(double[][] pass, Rule rule, int seed)
    {
        var runs = new (double First, double Second)[Replications];
        Parallel.For(0, Replications, replication =>
        {
            var scores = Sampled(Simulation.Draws(seed, replication), pass, rule);
            runs[replication] = (scores[0].Average(item => item.Mean), scores[1].Average(item => item.Mean));
        });
        var (first, second) = (RunningMoments.Of([.. runs.Select(run => run.First)]), RunningMoments.Of([.. runs.Select(run => run.Second)]));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"bias {first.Mean - pass[0].Average():F5} and {second.Mean - pass[1].Average():F5}, {Errors(first, pass[0].Average()):F2} and {Errors(second, pass[1].Average()):F2} standard errors");
        return (first, second, RunningMoments.Of([.. runs.Select(run => run.First - run.Second)]));
    }

    private static RunningMoments[][] Sampled(Random random, double[][] pass, Rule rule)
    {
        RunningMoments[][] scores = [.. pass.Select(variant => Pilots(random, variant))];
        var counts = rule(scores, random);
        for (var variant = 0; variant < scores.Length; variant++)
        {
            for (var item = 0; item < scores[variant].Length; item++)
            {
                while (scores[variant][item].Count < counts[variant][item])
                {
                    scores[variant][item].Add(random.NextDouble() < pass[variant][item] ? 1 : 0);
                }
            }
        }

        return scores;
    }

    private static RunningMoments[] Pilots(Random random, double[] pass) =>
        [.. pass.Select(p => RunningMoments.Of(Simulation.Draw(Pilot, () => random.NextDouble() < p ? 1 : 0)))];
}

using System.Globalization;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Repeats;
using FunctionsEval.Statistics.Samples;
using FunctionsEval.TestKit;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>Coverage of the intervals that are shown beside those of comparisons: of means and rates, of one scenario, on these very scenarios, and of consistency.</summary>
public sealed class Covering_what_is_shown
{
    private const int Many = 2_000;
    private static readonly ScoreScale Ratings = ScoreScale.Between(1, 5);

    /// <summary>An interval and the truth that it should hold; null where none is shown.</summary>
    private delegate (ConfidenceInterval? Interval, double Truth) Study(Random random);

    // Three standard errors of 400 studies below 93%.
    [Theory]
    [InlineData("mean of pass rates 0.95, 5 samples", 20)]
    [InlineData("mean of ratings 1-5, 1 sample", 10)]
    [InlineData("rate of pass or fail in clusters of 5", 8)]
    [InlineData("these very scenarios: 3 of pass or fail", 30)]
    [InlineData("consistency of pass or fail, 5 samples", 20)]
    public void Means_and_what_else_is_shown_are_covered(string name, int size)
    {
        var (covered, shown) = Covered(Studies()[name](size), 400);

        Assert.InRange(covered, 0.93 - 0.038, 1);
        Assert.Equal(1, shown);
    }

    // Rates drawn alike make every number of passes as likely; each outcome of so many scenarios is counted.
    [Theory]
    [InlineData(2, 3, 0.93)]
    [InlineData(3, 5, 0.93)]
    [InlineData(5, 4, 0.93)]
    [InlineData(5, 6, 0.93)]
    [InlineData(5, 9, 0.93)]
    public void Consistency_of_few_scenarios_is_covered_exactly(int samples, int items, double least)
    {
        RunningMoments[] outcomes = [.. Enumerable.Range(0, samples + 1).Select(passes => RunningMoments.Of([.. Enumerable.Repeat(1.0, passes), .. Enumerable.Repeat(0.0, samples - passes)]))];
        var kinds = outcomes.GroupBy(outcome => Math.Round(outcome.Variance, 9)).Select(kind => (Outcome: kind.First(), Chance: kind.Count() / (samples + 1.0))).ToList();

        var covered = Count([], 0, 1);

        Assert.InRange(covered, least, 1);

        double Count(List<RunningMoments> seen, int kind, double chance) => seen.Count == items
            ? Simulation.Contains(ConsistencyEstimate.Of([.. seen], [], 1, 0.95, new Random(1))!.Interval!, 1 - (2.0 / 6)) ? chance : 0
            : Enumerable.Range(kind, kinds.Count - kind).Sum(next => Count([.. seen, kinds[next].Outcome], next, chance * kinds[next].Chance * (seen.Count + 1) / (1 + Trailing(seen, kinds[next].Outcome))));

        // How often the last one is there already: outcomes that differ by their order alone are counted at once.
        static int Trailing(List<RunningMoments> seen, RunningMoments outcome) => seen.Count(other => other.Variance.Equals(outcome.Variance));
    }

    [Fact(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    public void The_table_of_coverage()
    {
        var output = TestContext.Current.TestOutputHelper!;
        foreach (var (name, study) in Studies())
        {
            var cells = SizesOf(name).Select(size => Covered(study(size), Many)).Select(rate => rate.Shown == 1
                ? string.Create(CultureInfo.InvariantCulture, $"{100 * rate.Covered:0.0}")
                : string.Create(CultureInfo.InvariantCulture, $"{100 * rate.Covered:0.0} (shown in {100 * rate.Shown:0}%)"));
            output.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }

    private static int[] SizesOf(string name) => name.StartsWith("one scenario", StringComparison.Ordinal) || name.StartsWith("these very", StringComparison.Ordinal)
        ? [3, 5, 10, 30] : name.Contains("clusters", StringComparison.Ordinal) ? [2, 3, 5, 8, 12, 30] : [3, 6, 10, 20, 50, 200];

    private static (double Covered, double Shown) Covered(Study study, int replications)
    {
        var (covered, shown) = (0, 0);
        for (var replication = 0; replication < replications; replication++)
        {
            var (interval, truth) = study(Simulation.Draws(17, replication));
            shown += interval is null ? 0 : 1;

            // Ends are solved to ten digits.
            covered += interval is { } known && known.Lower <= truth + 1e-9 && known.Upper >= truth - 1e-9 ? 1 : 0;
        }

        return (covered / (double)Math.Max(1, shown), shown / (double)replications);
    }

    private static Dictionary<string, Func<int, Study>> Studies()
    {
        var studies = new Dictionary<string, Func<int, Study>>
        {
            ["mean of normal scores"] = items => Mean(items, ScoreScale.Unbounded, 1, 0, random => random.Normal()),
            ["mean of lognormal scores"] = items => Mean(items, ScoreScale.Unbounded, 1, Math.Exp(0.5), random => Math.Exp(random.Normal())),
        };
        foreach (var samples in (int[])[1, 5])
        {
            var words = samples == 1 ? "1 sample" : $"{samples} samples";
            foreach (var rate in (double[])[0.05, 0.5, 0.95])
            {
                // Scenarios differ: a fifth of them hold all that is rare.
                studies[string.Create(CultureInfo.InvariantCulture, $"mean of pass rates {rate}, {words}")] = items => Mean(
                    items, ScoreScale.PassOrFail, samples, rate, random => random.PassRate(rate == 0.5 ? random.NextDouble() : RateOf(random, rate), samples));
            }

            studies[$"mean of ratings 1-5, {words}"] = items => Mean(items, Ratings, samples, 2.5, random => Rating(random, 1.5 + (2 * random.NextDouble()), samples));
        }

        studies["rate of pass or fail in clusters of 5"] = clusters => Clustered([.. Enumerable.Repeat(5, clusters)]);
        studies["rate of pass or fail in clusters of 1 and one of 40"] = clusters => Clustered([40, .. Enumerable.Repeat(1, clusters - 1)]);
        studies["one scenario of pass or fail, rate 0.5"] = samples => random => One(ScoreScale.PassOrFail, samples, 0.5, () => random.PassRate(0.5, 1));
        studies["one scenario of pass or fail, rate 0.95"] = samples => random => One(ScoreScale.PassOrFail, samples, 0.95, () => random.PassRate(0.95, 1));
        studies["one scenario of ratings 1-5 around 3"] = samples => random => One(Ratings, samples, 3.2, () => Rating(random, 3.2, 1));
        studies["one scenario of ratings 1-5, mostly 5"] = samples => random => One(Ratings, samples, 4.8, () => random.NextDouble() < 0.8 ? 5 : 4);
        studies["these very scenarios: 3 of pass or fail"] = samples => random => OnThese(
            ScoreScale.PassOrFail, samples, [(0.2, 0.2), (0.5, 0.7), (0.95, 0.9)], rate => random.PassRate(rate, 1));
        studies["these very scenarios: 3 of ratings 1-5"] = samples => random => OnThese(Ratings, samples, [(2, 2.3), (3.4, 3.1), (4, 3)], level => Rating(random, level, 1));
        foreach (var samples in (int[])[2, 5])
        {
            studies[$"consistency of pass or fail, {samples} samples"] = items => random =>
            {
                RunningMoments[] scores = [.. Enumerable.Range(0, items).Select(_ => random.NextDouble()).Select(rate => RunningMoments.Of(Simulation.Draw(samples, () => random.PassRate(rate, 1))))];
                return (ConsistencyEstimate.Of(scores, [], 1, 0.95, random)!.Interval, 1 - (2.0 / 6));
            };
        }

        return studies;
    }

    private static double RateOf(Random random, double rate) => random.NextDouble() < 0.8 ? Math.Round(rate) : rate < 0.5 ? 5 * rate : 1 - (5 * (1 - rate));

    private static Study Mean(int items, ScoreScale scale, int samples, double truth, Func<Random, double> draw) =>
        random => (MeanInference.Of(Simulation.Draw(items, () => draw(random)), [], scale, samples, 0.95, random)!.Interval, truth);

    private static Study Clustered(int[] sizes)
    {
        int[] labels = [.. sizes.SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))];
        return random =>
        {
            double[] scores = [.. sizes.SelectMany(size =>
            {
                var rate = 0.3 + (0.5 * random.NextDouble());
                return Simulation.Draw(size, () => random.PassRate(rate, 1));
            })];
            return (MeanInference.Of(scores, labels, ScoreScale.PassOrFail, 1, 0.95, random)!.Interval, 0.55);
        };
    }

    private static (ConfidenceInterval? Interval, double Truth) One(ScoreScale scale, int samples, double truth, Func<double> draw) =>
        (new SampleInterval(scale, 0.95).Of(RunningMoments.Of(Simulation.Draw(samples, draw))), truth);

    private static (ConfidenceInterval? Interval, double Truth) OnThese(ScoreScale scale, int samples, (double First, double Second)[] scenarios, Func<double, double> draw)
    {
        var pairs = PairedSamples.Of(
            [.. scenarios.Select(own => RunningMoments.Of(Simulation.Draw(samples, () => draw(own.First))))],
            [.. scenarios.Select(own => RunningMoments.Of(Simulation.Draw(samples, () => draw(own.Second))))],
            []);
        return (FixedItemsComparison.Of(pairs, new ComparisonDesign(scale, samples))?.Interval, scenarios.Average(own => own.First - own.Second));
    }

    // Floor of level ± 1/2 + u, whose mean is the level.
    private static double Rating(Random random, double level, int samples) =>
        Simulation.Draw(samples, () => Math.Floor(level + (random.Next(2) - 0.5) + random.NextDouble())).Average();
}

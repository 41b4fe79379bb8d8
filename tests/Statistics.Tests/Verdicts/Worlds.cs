using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Statistics.Tests.Verdicts;

/// <summary>Data whose true difference is known: draws the scores of two variants, of which the first is better by the effect.</summary>
/// <param name="Margin">Large enough that equivalence could be claimed sometimes.</param>
internal sealed record World(double Margin, Func<Random, double, PairedScores> Draw);

internal static class Worlds
{
    public static IReadOnlyDictionary<string, World> All { get; } =
        new Dictionary<string, World>
        {
            ["pass or fail, one sample, 60 items"] = new(0.1, (random, effect) => PassOrFail(random, 60, 1, effect)),
            ["pass or fail, 3 samples, 60 items"] = new(0.1, (random, effect) => PassOrFail(random, 60, 3, effect)),
            ["pass or fail, 3 samples, 300 items"] = new(0.1, (random, effect) => PassOrFail(random, 300, 3, effect)),
            ["rare failures, one sample, 40 items"] = new(0.1, (random, effect) => Rare(random, 40, 1, effect)),
            ["rare failures, 3 samples, 100 items"] = new(0.1, (random, effect) => Rare(random, 100, 3, effect)),
            ["ratings, 3 samples, 12 items"] = new(1, (random, effect) => Ratings(random, 12, 3, effect)),
            ["ratings, 2 samples, 80 items"] = new(0.5, (random, effect) => Ratings(random, 80, 2, effect)),
            ["heavy tails, 25 items"] = new(3, (random, effect) => HeavyTails(random, 25, effect)),
            ["12 unequal clusters"] = new(0.4, (random, effect) => Clustered(random, [.. Enumerable.Range(0, 12).Select(cluster => 1 + (cluster % 4 * 2))], effect)),
            ["40 clusters of 5"] = new(0.1, (random, effect) => Clustered(random, [.. Enumerable.Repeat(5, 40)], effect)),
        };

    public static PairedScores PassOrFail(Random random, int items, int samples, double effect, double easiest = 0.85)
    {
        var (first, second) = (new double[items], new double[items]);
        for (var item = 0; item < items; item++)
        {
            var pass = easiest * random.NextDouble();
            first[item] = random.PassRate(pass + effect, samples);
            second[item] = random.PassRate(pass, samples);
        }

        return new PairedScores(first, second, [.. Enumerable.Range(0, items)], samples, IsPassOrFail: true, Range: 1);
    }

    /// <summary>Hardly any item differs: where a t statistic fails. The effect comes from few items too.</summary>
    public static PairedScores Rare(Random random, int items, int samples, double effect)
    {
        var (first, second) = (new double[items], new double[items]);
        for (var item = 0; item < items; item++)
        {
            var isLost = random.NextDouble() < effect;
            second[item] = isLost ? 0 : random.PassRate(0.99, samples);
            first[item] = isLost ? 1 : random.PassRate(0.99, samples);
        }

        return new PairedScores(first, second, [.. Enumerable.Range(0, items)], samples, IsPassOrFail: true, Range: 1);
    }

    /// <summary>The ratings of the simulated models: floor(base + effect ± 1/2 + u), whose mean is base + effect.</summary>
    public static PairedScores Ratings(Random random, int items, int samples, double effect)
    {
        var (first, second) = (new double[items], new double[items]);
        for (var item = 0; item < items; item++)
        {
            var level = 1.5 + (2 * random.NextDouble());
            first[item] = Simulation.Draw(samples, () => Rating(random, level + effect)).Average();
            second[item] = Simulation.Draw(samples, () => Rating(random, level)).Average();
        }

        return new PairedScores(first, second, [.. Enumerable.Range(0, items)], samples, Range: 4);
    }

    private static double Rating(Random random, double level) => Math.Floor(level + (random.Next(2) - 0.5) + random.NextDouble());

    private static PairedScores HeavyTails(Random random, int items, double effect)
    {
        var first = Simulation.Draw(items, () => effect + Math.Pow(random.Normal(), 3));
        return new PairedScores(first, Simulation.Draw(items, () => Math.Pow(random.Normal(), 3)), [.. Enumerable.Range(0, items)]);
    }

    private static PairedScores Clustered(Random random, int[] sizes, double effect)
    {
        var (first, second, clusters) = (new List<double>(), new List<double>(), new List<int>());
        for (var cluster = 0; cluster < sizes.Length; cluster++)
        {
            var shift = 0.3 * random.Normal();
            for (var item = 0; item < sizes[cluster]; item++)
            {
                first.Add(effect + shift + (0.3 * random.Normal()));
                second.Add(0.3 * random.Normal());
                clusters.Add(cluster);
            }
        }

        return new PairedScores(first, second, clusters, 3);
    }
}

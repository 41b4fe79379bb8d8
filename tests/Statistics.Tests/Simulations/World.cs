using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>Data whose true difference is known.</summary>
/// <param name="Margin">The true loss at which coverage, gate and equivalence are measured; it is the margin as well.</param>
/// <param name="Draw">The differences of item means, given the true difference.</param>
/// <param name="Clusters">Of each item; empty where all stand alone.</param>
/// <param name="DrawItem">The samples of one item's two variants, given the true difference; null in clusters.</param>
/// <param name="IsSymmetric">Differences of two variants with the same spread; the others are beyond what is promised, and warned of.</param>
internal sealed record World(string Name, ComparisonDesign Design, double Margin, Func<Random, double, double[]> Draw, int[] Clusters, int Units, World.Item? DrawItem = null, bool IsSymmetric = true)
{
    private static readonly int[] ItemCounts = [3, 6, 10, 20, 50, 200];
    private static readonly int[] ClusterCounts = [2, 3, 5, 8, 12, 30];

    internal delegate (RunningMoments First, RunningMoments Second) Item(Random random, double effect);

    public static IReadOnlyList<World> All { get; } = [.. ItemCounts.SelectMany(OfItems), .. ClusterCounts.SelectMany(OfClusters)];

    public static World Named(string name) => All.Single(world => world.Name == name);

    private static IEnumerable<World> OfItems(int items)
    {
        yield return Plain("normal", 0.5, random => random.Normal());
        yield return Plain("lognormal scores", 1, random => Math.Exp(random.Normal()) - Math.Exp(random.Normal()));
        yield return Plain("lognormal differences", 1, random => Math.Exp(random.Normal()) - Math.Exp(0.5)) with { IsSymmetric = false };
        yield return Plain("negative lognormal differences", 1, random => Math.Exp(0.5) - Math.Exp(random.Normal())) with { IsSymmetric = false };
        foreach (var samples in (int[])[1, 5])
        {
            foreach (var (rate, margin) in ((double, double)[])[(0.05, 0.04), (0.5, 0.2), (0.95, 0.1)])
            {
                yield return Alone(
                    FormattableString.Invariant($"pass {rate:0.##}, K={samples}"),
                    new ComparisonDesign(ScoreScale.PassOrFail, samples, Margin: margin),
                    (random, effect) => (Samples(samples, () => random.PassRate(rate + effect, 1)), Samples(samples, () => random.PassRate(rate, 1))));
            }

            yield return Alone($"ratings 1-5, K={samples}", new ComparisonDesign(ScoreScale.Between(1, 5), samples, Margin: 0.5), (random, effect) => Rated(random, effect, samples));
        }

        World Plain(string name, double margin, Func<Random, double> draw) =>
            Alone(name, new ComparisonDesign(ScoreScale.Unbounded, Margin: margin), (random, effect) => (RunningMoments.Of([effect + draw(random)]), RunningMoments.Of([0])));

        World Alone(string name, ComparisonDesign design, Item item) => new(
            $"{name}, n={items}",
            design,
            design.Margin!.Value,
            (random, effect) => Simulation.Draw(items, () => item(random, effect) is var (first, second) ? first.Mean - second.Mean : 0),
            [],
            items,
            item);
    }

    private static RunningMoments Samples(int count, Func<double> draw) => RunningMoments.Of(Simulation.Draw(count, draw));

    private static IEnumerable<World> OfClusters(int count)
    {
        foreach (var isUnequal in (bool[])[false, true])
        {
            int[] sizes = [.. Enumerable.Range(0, count).Select(cluster => !isUnequal ? 5 : cluster == 0 ? 40 : 1)];
            int[] labels = [.. sizes.SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))];
            var name = isUnequal ? FormattableString.Invariant($"{count - 1} x 1 + 40") : FormattableString.Invariant($"{count} x 5");
            yield return new World(
                $"normal, ICC 0.5, clusters {name}",
                new ComparisonDesign(ScoreScale.Unbounded, IsClustered: true, Margin: 0.7),
                0.7,
                (random, effect) => ByCluster(sizes, random, random => Math.Sqrt(0.5) * random.Normal(), (random, shared) => effect + shared + (Math.Sqrt(0.5) * random.Normal())),
                labels,
                count);
            yield return new World(
                $"pass or fail, clusters {name}",
                new ComparisonDesign(ScoreScale.PassOrFail, IsClustered: true, Margin: 0.2),
                0.2,
                (random, effect) => ByCluster(
                    sizes, random, random => (First: 0.3 + (0.5 * random.NextDouble()), Second: 0.3 + (0.5 * random.NextDouble())),
                    (random, rates) => random.PassRate(rates.First + effect, 1) - random.PassRate(rates.Second, 1)),
                labels,
                count);
        }
    }

    internal static double[] ByCluster<T>(int[] sizes, Random random, Func<Random, T> share, Func<Random, T, double> draw)
    {
        var values = new List<double>(sizes.Sum());
        foreach (var size in sizes)
        {
            var shared = share(random);
            for (var item = 0; item < size; item++)
            {
                values.Add(draw(random, shared));
            }
        }

        return [.. values];
    }

    // Floor of level ± 1/2 + u, whose mean is the level.
    private static (RunningMoments First, RunningMoments Second) Rated(Random random, double effect, int samples)
    {
        var level = 1.5 + (2 * random.NextDouble());
        var (first, second) = (default(RunningMoments), default(RunningMoments));
        for (var sample = 0; sample < samples; sample++)
        {
            first.Add(Math.Floor(level + effect + (random.Next(2) - 0.5) + random.NextDouble()));
            second.Add(Math.Floor(level + (random.Next(2) - 0.5) + random.NextDouble()));
        }

        return (first, second);
    }
}

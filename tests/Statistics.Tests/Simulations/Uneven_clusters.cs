using System.Globalization;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.TestKit;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>Few clusters of unequal sizes, coarse scores: those of one scenario often do not differ, and must not make a large one look certain.</summary>
public sealed class Uneven_clusters
{
    private static readonly int[][] Shapes =
    [
        [3, 1, 1], [10, 1, 1], [40, 2, 1], [40, 5, 1], [40, 2, 2], [40, 3, 3], [40, 5, 5], [40, 20, 20], [40, 40, 1], [5, 4, 3], [40, 1, 1, 1], [40, 40, 1, 1], [40, 1, 1, 1, 1, 1], [40, 20, 1, 1, 1, 1],
    ];

    [Fact(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    public void The_table_of_uneven_clusters()
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("| clusters | pass or fail: coverage | gate passes | equivalent | width | ratings 1-5: coverage | gate passes | equivalent | width |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var sizes in Shapes)
        {
            var cells = new[] { true, false }.Select(isPassOrFail => ErrorRates.Of(Of(sizes, isPassOrFail), 4_000)).Select(rates => string.Create(
                CultureInfo.InvariantCulture, $"{100 * rates.Coverage:0.0} | {100 * rates.GatePasses:0.0} | {100 * rates.Equivalences:0.0} | {rates.Width:0.00}"));
            output.WriteLine($"| {string.Join(", ", sizes)} | {string.Join(" | ", cells)} |");
        }
    }

    private static World Of(int[] sizes, bool isPassOrFail) => new(
        string.Join(", ", sizes),
        new ComparisonDesign(isPassOrFail ? ScoreScale.PassOrFail : ScoreScale.Between(1, 5), IsClustered: true, Margin: isPassOrFail ? 0.2 : 0.5),
        isPassOrFail ? 0.2 : 0.5,
        (random, effect) => World.ByCluster(
            sizes,
            random,
            random => (First: random.NextDouble(), Second: random.NextDouble()),
            (random, levels) => isPassOrFail
                ? random.PassRate(0.3 + (0.5 * levels.First) + effect, 1) - random.PassRate(0.3 + (0.5 * levels.Second), 1)
                : Math.Floor(2 + levels.First + effect + random.NextDouble()) - Math.Floor(2 + levels.Second + random.NextDouble())),
        [.. sizes.SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))],
        sizes.Length);
}

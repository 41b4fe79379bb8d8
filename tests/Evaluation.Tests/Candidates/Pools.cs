using FunctionsEval.Evaluation.Candidates;

namespace FunctionsEval.Evaluation.Tests.Candidates;

/// <summary>Items and random pools for the tests of selection.</summary>
internal static class Pools
{
    public static readonly TimeWindow Day = new(
        new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 5, 5, 0, 0, 0, TimeSpan.Zero));

    public static ItemFacts Item(string id, double hour = 12, string source = "s", string type = "rss", string? cluster = null) =>
        new(id, type, source, source, Day.Start.AddHours(hour), cluster);

    /// <summary>Sources of very different size, some types small, ties everywhere.</summary>
    public static List<ItemFacts> Random(Random random, int items, int sources)
    {
        var weights = Enumerable.Range(0, sources).Select(_ => Math.Pow(random.NextDouble(), 4) + 0.001).ToList();
        return [.. Enumerable.Range(0, items).Select(index =>
        {
            var source = index < sources ? index : Weighted(random, weights);
            return Item($"i{index:D5}", random.Next(0, 48) / 2.0, $"s{source}", $"t{source % 3}", random.Next(4) == 0 ? $"c{random.Next(items / 4 + 1)}" : null)
                with
            { Engagement = random.Next(3) * 10, HasTitle = random.Next(5) > 0 };
        })];
    }

    public static List<T> Shuffled<T>(Random random, IEnumerable<T> items)
    {
        var array = items.ToArray();
        random.Shuffle(array);
        return [.. array];
    }

    private static int Weighted(Random random, List<double> weights)
    {
        var left = random.NextDouble() * weights.Sum();
        var index = 0;
        while (index < weights.Count - 1 && (left -= weights[index]) > 0)
        {
            index++;
        }

        return index;
    }
}

using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Evaluation.Tests.Cells;

public sealed class Ordering_dispatch
{
    public static TheoryData<int, int, int> Shapes { get; } = new()
    {
        { 1, 1, 1 }, { 1, 1, 2 }, { 1, 7, 1 }, { 2, 2, 2 }, { 3, 1, 5 }, { 5, 3, 4 }, { 10, 100, 2 }, { 16, 2, 16 }, { 64, 2, 1 }, { 65, 2, 1 }, { 257, 3, 7 }, { 1_000, 2, 10 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_cell_comes_once(int items, int variants, int samples)
    {
        var cells = All(new DispatchOrder(items, variants, samples, 42));

        Assert.Equal((long)items * variants * samples, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.True(
            cell.Item >= 0 && cell.Item < items && cell.Variant >= 0 && cell.Variant < variants && cell.Sample >= 0 && cell.Sample < samples));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_variants_of_one_item_and_sample_follow_each_other(int items, int variants, int samples)
    {
        foreach (var group in All(new DispatchOrder(items, variants, samples, 7)).Chunk(variants))
        {
            Assert.Single(group.Select(cell => (cell.Item, cell.Sample)).Distinct());
            Assert.Equal(variants, group.Select(cell => cell.Variant).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_variant_takes_every_place_equally_often(int variants)
    {
        var cells = All(new DispatchOrder(24, variants, 5 * variants, 99));

        var places = cells.Select((cell, index) => (cell.Variant, Place: index % variants)).CountBy(pair => pair);

        Assert.Equal(variants * variants, places.Count());
        Assert.All(places, pair => Assert.Equal(24 * 5, pair.Value));
    }

    [Fact]
    public void The_order_of_variants_is_shuffled()
    {
        var orders = All(new DispatchOrder(300, 4, 1, 3)).Chunk(4).Select(group => string.Join(',', group.Select(cell => cell.Variant))).CountBy(order => order);

        // All 24 orders of four variants come up.
        Assert.Equal(24, orders.Count());
    }

    [Fact]
    public void Seeds_give_different_orders()
    {
        var firsts = Enumerable.Range(0, 200).Select(seed => new DispatchOrder(1_000, 2, 2, seed)[0]).ToList();

        Assert.True(firsts.Distinct().Count() > 180);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(50)]
    public void Over_seeds_the_first_cell_is_uniform(int items)
    {
        const int Trials = 20_000;
        var counts = Enumerable.Range(0, Trials).CountBy(seed => new DispatchOrder(items, 1, 1, seed)[0].Item).Select(pair => pair.Value).ToList();

        var expected = Trials / (double)items;
        var chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);

        // R: qchisq(0.9999, c(1, 9, 49)) = 15.1, 33.7, 95.6
        Assert.Equal(items, counts.Count);
        Assert.InRange(chiSquare, 0, items switch { 2 => 15.1, 10 => 33.7, _ => 95.6 });
    }

    [Fact]
    public void The_order_is_frozen()
    {
        // Histories of stored runs depend on it.
        Assert.Equal("2.1.1 2.0.1 1.0.1 1.1.1 1.0.0 1.1.0 2.1.0 2.0.0 0.0.1 0.1.1 0.1.0 0.0.0", Keys(new DispatchOrder(3, 2, 2, 42), 12));
        Assert.Equal("65584.0.1 65584.2.1 65584.1.1 41638.2.1 41638.1.1 41638.0.1", Keys(new DispatchOrder(100_000, 3, 10, -1), 6));
    }

    [Fact]
    public void The_largest_run_needs_no_memory()
    {
        var order = new DispatchOrder(999_999, 10, 100, long.MinValue);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var cell = order[order.Count - 1];

        Assert.Equal(999_999_000, order.Count);
        Assert.InRange(cell.Item, 0, 999_998);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_024);
    }

    [Fact]
    public void Places_outside_the_run_and_empty_runs_are_refused()
    {
        var order = new DispatchOrder(2, 2, 2, 0);

        Assert.Throws<ArgumentOutOfRangeException>(() => order[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => order[8]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DispatchOrder(0, 1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DispatchOrder(1, 0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DispatchOrder(1, 1_001, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DispatchOrder(1, 1, 0, 0));
    }

    /// <summary>Frozen: runs that stop early count on their prefix being the same items for ever. Made by an independent implementation.</summary>
    [Fact]
    public void By_item_every_prefix_is_made_of_whole_items_in_a_frozen_order()
    {
        var order = new DispatchOrder(1_000, 3, 2, 42, byItem: true);
        var cells = All(order);

        Assert.Equal([222, 793, 407, 988, 625, 178], cells.Take(36).Select(cell => cell.Item).Distinct());
        Assert.Equal(6_000, cells.Distinct().Count());
        Assert.All(cells.Chunk(6), item => Assert.Single(item.Select(cell => cell.Item).Distinct()));
        Assert.All(cells.Chunk(3), group => Assert.Equal(3, group.Select(cell => cell.Variant).Distinct().Count()));
        Assert.NotEqual(cells[0].Variant, cells[3].Variant);
    }

    private static List<CellAddress> All(DispatchOrder order)
    {
        var cells = new List<CellAddress>();
        for (var index = 0L; index < order.Count; index++)
        {
            cells.Add(order[index]);
        }

        return cells;
    }

    private static string Keys(DispatchOrder order, int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(index => order[index]).Select(cell => $"{cell.Item}.{cell.Variant}.{cell.Sample}"));
}

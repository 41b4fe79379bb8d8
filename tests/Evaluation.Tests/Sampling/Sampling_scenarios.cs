using FunctionsEval.Evaluation.Sampling;

namespace FunctionsEval.Evaluation.Tests.Sampling;

public sealed class Sampling_scenarios
{
    [Theory]
    [InlineData("abc", 96354)]
    [InlineData("def-1", 95460457)]
    [InlineData("definition-1", 101790263)]
    [InlineData("", 0)]
    public void Hashes_are_frozen(string text, long expected) => Assert.Equal(expected, ScenarioSampling.HashOf(text));

    [Fact]
    public void The_smallest_hash_has_an_absolute_value()
    {
        // A text whose wrapped hash is int.MinValue.
        Assert.Equal(2_147_483_648, ScenarioSampling.HashOf("polygenelubricants"));
    }

    [Theory]
    [InlineData(10, 30, 42, new[] { 8, 7, 6 })]
    [InlineData(10, 50, 42, new[] { 8, 7, 6, 3, 9 })]
    [InlineData(10, 30, 95460457, new[] { 6, 8, 0 })]
    [InlineData(20, 25, 101790263, new[] { 10, 14, 11, 6, 4 })]
    public void Picks_are_frozen(int count, int percentage, long seed, int[] expected) =>
        Assert.Equal(expected, ScenarioSampling.Select(count, percentage, seed));

    [Fact]
    public void The_seed_is_the_one_given_or_comes_from_the_definition()
    {
        Assert.Equal(-5, ScenarioSampling.SeedOf(-5, "def-1"));
        Assert.Equal(95460457, ScenarioSampling.SeedOf(null, "def-1"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(2_147_483_647)]
    [InlineData(-2_147_483_647)]
    public void Any_seed_gives_distinct_positions_inside_the_list(long seed)
    {
        var picks = ScenarioSampling.Select(100, 40, seed);

        Assert.Equal(40, picks.Distinct().Count());
        Assert.All(picks, pick => Assert.InRange(pick, 0, 99));
        Assert.NotEqual(Enumerable.Range(0, 40), picks);
    }

    [Fact]
    public void A_smaller_percentage_is_a_prefix_of_a_larger_one()
    {
        var larger = ScenarioSampling.Select(57, 99, 7);

        for (var percentage = 1; percentage < 99; percentage++)
        {
            var smaller = ScenarioSampling.Select(57, percentage, 7);
            Assert.Equal(larger.Take(smaller.Count), smaller);
            Assert.Equal(Math.Max(1, 57 * percentage / 100), smaller.Count);
        }
    }

    [Fact]
    public void All_scenarios_are_taken_in_order_at_100_percent() =>
        Assert.Equal([0, 1, 2, 3], ScenarioSampling.Select(4, 100, 42));

    [Fact]
    public void The_pick_depends_on_the_set_of_ids_and_not_on_their_order()
    {
        string[] ids = ["s10", "S1", "s2", "é", "s1", "a", "b", "z", "Z", "-"];
        var picked = ScenarioSampling.Select(ids, 50, 42).Select(index => ids[index]).ToList();
        var reversed = ids.Reverse().ToList();

        Assert.Equal(picked, ScenarioSampling.Select(reversed, 50, 42).Select(index => reversed[index]));
        Assert.Equal(ids.Order(StringComparer.Ordinal).ElementAt(8), picked[0]);
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(5, 0)]
    [InlineData(5, 101)]
    public void Impossible_sizes_are_refused(int count, int percentage) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ScenarioSampling.Select(count, percentage, 1));
}

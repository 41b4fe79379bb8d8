using FunctionsEval.Evaluation.Candidates;

namespace FunctionsEval.Evaluation.Tests.Candidates;

public sealed class Clustering_by_vectors
{
    private static readonly DateTimeOffset Noon = Pools.Day.Start.AddHours(12);

    [Fact]
    public void An_item_joins_the_nearest_cluster_that_points_its_way()
    {
        var clusters = new CosineClusters([new Centroid("x", [1, 0], 1, Noon), new Centroid("xy", [1, 0.4f], 1, Noon)]);

        Assert.Equal("xy", clusters.Assign("new", [2, 0.7f], Noon).ClusterId);
        Assert.Equal("x", clusters.Assign("new", [5, 0.1f], Noon).ClusterId);
        Assert.Equal("new", clusters.Assign("new", [0, 1], Noon).ClusterId);
    }

    [Theory]
    [InlineData(30, "known")]
    [InlineData(31, "new")]
    public void The_threshold_is_a_cosine_of_86_hundredths(double degrees, string cluster)
    {
        // cos 30 degrees = 0.866, cos 31 degrees = 0.857.
        var radians = degrees * Math.PI / 180;

        Assert.Equal(cluster, new CosineClusters([new Centroid("known", [1, 0], 1, Noon)]).Assign("new", [(float)Math.Cos(radians), (float)Math.Sin(radians)], Noon).ClusterId);
    }

    [Fact]
    public void The_mean_moves_with_each_item()
    {
        var clusters = new CosineClusters([new Centroid("c", [1, 0], 3, Noon)]);

        var moved = clusters.Assign("new", [1, 0.4f], Noon.AddDays(1));

        Assert.Equal(4, moved.Count);
        Assert.Equal(0.1f, moved.Mean[1], 6);
        Assert.Equal(Noon.AddDays(1), moved.UpdatedAt);
    }

    [Fact]
    public void Clusters_that_were_silent_for_a_week_and_vectors_of_another_length_do_not_count()
    {
        var clusters = new CosineClusters([new Centroid("c", [1, 0], 3, Noon)]);

        Assert.Equal("later", clusters.Assign("later", [1, 0], Noon.AddDays(7.01)).ClusterId);
        Assert.Equal("longer", clusters.Assign("longer", [1, 0, 0], Noon).ClusterId);
        Assert.Equal("c", clusters.Assign("soon", [1, 0], Noon.AddDays(-7)).ClusterId);
    }

    [Fact]
    public void Long_vectors_are_compared_whole()
    {
        var vector = Enumerable.Range(0, 771).Select(index => (float)Math.Sin(index)).ToArray();
        var opposite = vector.Select((value, index) => index < 764 ? value : -20 * value).ToArray();
        var clusters = new CosineClusters([new Centroid("c", vector, 1, Noon)]);

        Assert.Equal("new", clusters.Assign("new", opposite, Noon).ClusterId);
        Assert.Equal("c", clusters.Assign("other", [.. vector.Select(value => 3 * value)], Noon).ClusterId);
    }
}

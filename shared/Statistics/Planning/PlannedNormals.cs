using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Planning;

/// <summary>Normal differences, the same within a cluster in the share that the design says.</summary>
internal sealed class PlannedNormals(PairedDesign design, IReadOnlyList<int> clusterSizes)
    : PlannedScores(ScoreScale.Unbounded, design.FirstSamples, design.ItemsPerCluster > 1)
{
    private readonly bool _isUnequal = clusterSizes.Distinct().Count() > 1;
    private readonly int _items = clusterSizes.Sum();

    public override int MostUnits => _isUnequal ? base.MostUnits : 28;

    public override int UnitsOf(int items) => _isUnequal ? (items / _items * clusterSizes.Count) + Sizes(items % _items).Count() : (int)(items / design.ItemsPerCluster);

    internal override int[] ClustersOf(int items) => _isUnequal ? [.. Sizes(items).SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))] : [];

    internal override Func<SeededStream, int, double[]> WithEffect(double effect)
    {
        // The mean of all items has the same variance then.
        var spread = Math.Sqrt(design.VariancePerItem / design.ItemsPerCluster);
        var ofItem = (design with { ItemsPerCluster = 1 }).VariancePerItem;
        var (shared, own) = (Math.Sqrt(Math.Max(0, design.Correlation) * ofItem), Math.Sqrt(Math.Min(1, 1 - design.Correlation) * ofItem));
        return (stream, items) => _isUnequal
            ? [.. Sizes(items).SelectMany(size => OfCluster(stream, size))]
            : [.. Enumerable.Range(0, UnitsOf(items)).Select(_ => effect + (spread * stream.NextNormal()))];

        IEnumerable<double> OfCluster(SeededStream stream, int size)
        {
            var level = effect + (shared * stream.NextNormal());
            for (var item = 0; item < size; item++)
            {
                yield return level + (own * stream.NextNormal());
            }
        }
    }

    private IEnumerable<int> Sizes(int items)
    {
        for (var cluster = 0; items > 0; cluster++)
        {
            var size = Math.Min(items, clusterSizes[cluster % clusterSizes.Count]);
            items -= size;
            yield return size;
        }
    }
}

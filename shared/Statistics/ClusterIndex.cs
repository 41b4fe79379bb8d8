namespace FunctionsEval.Statistics;

/// <summary>Cluster labels, which may be any numbers, as positions 0 to Count-1 in the order of their first appearance.</summary>
internal sealed class ClusterIndex
{
    private readonly int[] _positions;

    private ClusterIndex(int[] positions, int count)
    {
        _positions = positions;
        Count = count;
    }

    public int Count { get; }

    public int this[int item] => _positions[item];

    public static ClusterIndex Of(ReadOnlySpan<int> labels)
    {
        var known = new Dictionary<int, int>();
        var positions = new int[labels.Length];
        for (var item = 0; item < labels.Length; item++)
        {
            if (!known.TryGetValue(labels[item], out positions[item]))
            {
                positions[item] = known.Count;
                known.Add(labels[item], known.Count);
            }
        }

        return new ClusterIndex(positions, known.Count);
    }

    public double[] SumsOf(ReadOnlySpan<double> values)
    {
        var sums = new CompensatedSum[Count];
        for (var item = 0; item < values.Length; item++)
        {
            sums[_positions[item]].Add(values[item]);
        }

        return Array.ConvertAll(sums, sum => sum.Value);
    }

    public int[] Sizes()
    {
        var sizes = new int[Count];
        foreach (var position in _positions)
        {
            sizes[position]++;
        }

        return sizes;
    }
}

namespace FunctionsEval.Statistics.Planning;

/// <summary>How many times more items a clustered set needs than an independent one: 1 + (m - 1)·ICC, Kish (1965), Survey Sampling.</summary>
public static class DesignEffect
{
    public static double Of(double itemsPerCluster, double correlation)
    {
        if (!(itemsPerCluster >= 1 && double.IsFinite(itemsPerCluster)))
        {
            throw new ArgumentOutOfRangeException(nameof(itemsPerCluster), itemsPerCluster, "A cluster has at least 1 item.");
        }

        if (!(correlation is >= -1 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(correlation), correlation, "A correlation lies between -1 and 1.");
        }

        // Chance can make an estimated correlation negative; a plan must not bank on it.
        return 1 + ((itemsPerCluster - 1) * Math.Max(0, correlation));
    }

    /// <summary>With clusters of unequal size the large ones weigh more: m = Σm_c²/Σm_c.</summary>
    public static double Of(ReadOnlySpan<int> clusterSizes, double correlation)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var size in clusterSizes)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(clusterSizes));
            sum += size;
            squares += (double)size * size;
        }

        return sum == 0 ? throw new ArgumentException("There must be at least one cluster.", nameof(clusterSizes)) : Of(squares / sum, correlation);
    }
}

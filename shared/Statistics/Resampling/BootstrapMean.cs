namespace FunctionsEval.Statistics.Resampling;

/// <summary>Bootstrap of a mean, or of a mean difference when the values are differences. Efron (1979), doi:10.1214/aos/1176344552. Null
/// below two units. The same Random state gives the same result on any number of cores.</summary>
public static class BootstrapMean
{
    /// <summary>Resamples items that stand alone.</summary>
    public static BootstrapEstimate? OfItems(ReadOnlySpan<double> values, BootstrapOptions options, Random random)
    {
        var ones = new double[values.Length];
        Array.Fill(ones, 1);
        return BootstrapRatio.Of(values, ones, options, random);
    }

    /// <summary>Resamples whole clusters, each with all its items: Field and Welsh (2007), doi:10.1111/j.1467-9868.2007.00593.x.</summary>
    public static BootstrapEstimate? OfClusters(
        ReadOnlySpan<double> values, ReadOnlySpan<int> clusters, BootstrapOptions options, Random random)
    {
        ArgumentRules.CheckSameLength(values.Length, clusters.Length, nameof(clusters));
        foreach (var value in values)
        {
            RunningMoments.Check(value);
        }

        var index = ClusterIndex.Of(clusters);
        return BootstrapRatio.Of(index.SumsOf(values), Array.ConvertAll(index.Sizes(), size => (double)size), options, random);
    }
}

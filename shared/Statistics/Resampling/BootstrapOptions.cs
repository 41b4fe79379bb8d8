namespace FunctionsEval.Statistics.Resampling;

public enum BootstrapMethod
{
    /// <summary>The quantiles of the replicates as they are; Efron (1979), doi:10.1214/aos/1176344552.</summary>
    Percentile,

    /// <summary>Corrected for bias and skewness; Efron (1987), doi:10.1080/01621459.1987.10478410.</summary>
    Bca,
}

/// <param name="Replicates">At least 100; interval ends need thousands.</param>
public sealed record BootstrapOptions(
    int Replicates = 9_999, double Level = 0.95, BootstrapMethod Method = BootstrapMethod.Bca)
{
    internal void Check()
    {
        ConfidenceInterval.CheckLevel(Level);
        CheckReplicates(Replicates);
    }

    private static void CheckReplicates(int replicates) => ArgumentOutOfRangeException.ThrowIfLessThan(replicates, 100);
}

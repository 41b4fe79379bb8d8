namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// How noisy samples are around their items, each item counting once: pooled squares would take the noise of a run for that of its noisiest
/// items where those were given more samples. With equal samples both are the same number.
/// </summary>
/// <param name="Variance">Of one sample around its item.</param>
/// <param name="OfMeans">What samples add to the variance of the item means: the mean of σ_i²/K_i.</param>
internal readonly record struct SampleNoise(double Variance, double OfMeans)
{
    /// <summary>Null when no item has two samples; one with a single sample is taken to be as noisy as the others.</summary>
    public static SampleNoise? Of(ReadOnlySpan<RunningMoments> items)
    {
        var variances = default(RunningMoments);
        foreach (var item in items)
        {
            if (item.Count > 1)
            {
                variances.Add(item.Variance);
            }
        }

        if (variances.Count == 0)
        {
            return null;
        }

        var shares = default(RunningMoments);
        foreach (var item in items)
        {
            if (item.Count > 0)
            {
                shares.Add((item.Count > 1 ? item.Variance : variances.Mean) / item.Count);
            }
        }

        return new SampleNoise(variances.Mean, shares.Mean);
    }
}

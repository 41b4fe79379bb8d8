namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// Where the uncertainty of a mean comes from: Var(mean) = (σ²_item + σ²_sample/K)/n, Miller (2024), arXiv:2411.00640, section 3. Twice the
/// calls halve all of it when they go to new items, and only the samples' share when they go to more samples of the same.
/// </summary>
/// <param name="ItemVariance">Between items, the noise of samples taken out.</param>
/// <param name="SampleVariance">Of one sample around its item.</param>
/// <param name="SampleShare">Of the variance of the mean, from 0 to 1; the rest comes from the items.</param>
public sealed record VarianceBudget(
    double ItemVariance,
    double SampleVariance,
    double ItemShare,
    double SampleShare,
    double StandardError,
    double StandardErrorWithTwiceTheItems,
    double StandardErrorWithTwiceTheSamples)
{
    /// <summary>Null when there are fewer than two items, when none has two samples, or when nothing varies.</summary>
    public static VarianceBudget? Of(ReadOnlySpan<RunningMoments> items)
    {
        var means = default(RunningMoments);
        foreach (var item in items)
        {
            if (item.Count > 0)
            {
                means.Add(item.Mean);
            }
        }

        if (means.Count < 2 || SampleNoise.Of(items) is not { } noise)
        {
            return null;
        }

        var between = Math.Max(0, means.Variance - noise.OfMeans);
        var whole = between + noise.OfMeans;
        return whole == 0 ? null : new VarianceBudget(
            between,
            noise.Variance,
            between / whole,
            noise.OfMeans / whole,
            Math.Sqrt(whole / means.Count),
            Math.Sqrt(whole / (2.0 * means.Count)),
            Math.Sqrt((between + (noise.OfMeans / 2)) / means.Count));
    }
}

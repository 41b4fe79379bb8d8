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
        if (VarianceComponents.Of(items) is not { } components)
        {
            return null;
        }

        var shares = default(RunningMoments);
        foreach (var item in items)
        {
            if (item.Count > 0)
            {
                shares.Add(1.0 / item.Count);
            }
        }

        var samples = components.WithinVariance * shares.Mean;
        var whole = components.BetweenVariance + samples;
        return whole == 0 ? null : new VarianceBudget(
            components.BetweenVariance,
            components.WithinVariance,
            components.BetweenVariance / whole,
            samples / whole,
            Math.Sqrt(whole / components.Items),
            Math.Sqrt(whole / (2.0 * components.Items)),
            Math.Sqrt((components.BetweenVariance + (samples / 2)) / components.Items));
    }
}

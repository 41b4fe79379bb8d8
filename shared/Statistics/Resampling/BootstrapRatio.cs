namespace FunctionsEval.Statistics.Resampling;

/// <summary>
/// Bootstrap of Σ numerators / Σ denominators over independent units: cost per success, tokens per answer, or the mean of clusters of
/// unequal size (sum and size). The mean of each unit's own ratio would answer another question. Null below two units.
/// </summary>
public static class BootstrapRatio
{
    /// <param name="denominators">One for each numerator, positive: a resample of zeros would have no ratio.</param>
    public static BootstrapEstimate? Of(
        ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, BootstrapOptions options, Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.CheckSameLength(numerators.Length, denominators.Length, nameof(denominators));
        options.Check();
        var (above, below) = (default(CompensatedSum), default(CompensatedSum));
        for (var unit = 0; unit < numerators.Length; unit++)
        {
            RunningMoments.Check(numerators[unit]);
            ArgumentRules.CheckPositive(denominators[unit], nameof(denominators));
            above.Add(numerators[unit]);
            below.Add(denominators[unit]);
        }

        return numerators.Length < 2 ? null : Of(numerators, denominators, above.Value / below.Value, below.Value, options, random);
    }

    private static BootstrapEstimate Of(
        ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, double ratio, double total, BootstrapOptions options, Random random)
    {
        // Residuals are summed instead of values, so that a large common level costs no digits.
        var weights = denominators.ToArray();
        var residuals = new double[weights.Length];
        var leftOut = new double[weights.Length];
        for (var unit = 0; unit < residuals.Length; unit++)
        {
            residuals[unit] = numerators[unit] - (ratio * weights[unit]);
            leftOut[unit] = ratio - (residuals[unit] / (total - weights[unit]));
        }

        var replicates = Replications.Run(options.Replicates, weights.Length, random, stream =>
        {
            var (sum, weight) = (0.0, 0.0);
            for (var draw = 0; draw < weights.Length; draw++)
            {
                var unit = stream.Next(weights.Length);
                sum += residuals[unit];
                weight += weights[unit];
            }

            return ratio + (sum / weight);
        });
        return BootstrapSummary.Of(ratio, replicates, leftOut, options);
    }
}

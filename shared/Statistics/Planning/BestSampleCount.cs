namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// Samples per item that give the most precise mean for a budget: near K* = √(c_item/c_sample · σ²_within/σ²_between), Cochran (1977),
/// Sampling Techniques, section 10.6; the better one of its two neighbours, by (σ_b² + σ_w²/K)·(c_item + K·c_sample).
/// For a paired comparison give ω² as between, and σ_A² + σ_B² as within.
/// </summary>
public static class BestSampleCount
{
    /// <param name="costPerItem">What an item costs whatever its samples: a label, a set-up; 0 when items are free.</param>
    public static int Of(double betweenVariance, double withinVariance, double costPerItem, double costPerSample, int maxSamples)
    {
        ArgumentRules.CheckNotNegative(betweenVariance, nameof(betweenVariance));
        ArgumentRules.CheckNotNegative(withinVariance, nameof(withinVariance));
        ArgumentRules.CheckNotNegative(costPerItem, nameof(costPerItem));
        ArgumentRules.CheckPositive(costPerSample, nameof(costPerSample));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSamples);
        if (withinVariance == 0 || costPerItem == 0)
        {
            return 1;
        }

        var best = Math.Sqrt(costPerItem / costPerSample * (withinVariance / betweenVariance));
        var lower = (int)Math.Clamp(Math.Floor(best), 1, maxSamples);
        var upper = Math.Min(lower + 1, maxSamples);
        return Price(upper) < Price(lower) ? upper : lower;

        double Price(int samples) => (betweenVariance + (withinVariance / samples)) * (costPerItem + (samples * costPerSample));
    }
}

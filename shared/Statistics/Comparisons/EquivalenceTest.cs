namespace FunctionsEval.Statistics.Comparisons;

/// <param name="Interval">At level 1-2α: the difference is equivalent exactly when this lies inside the margin.</param>
/// <param name="PValue">The larger one of the two one-sided tests.</param>
public sealed record EquivalenceResult(bool IsEquivalent, double PValue, ConfidenceInterval Interval);

/// <summary>Two one-sided tests: a difference is shown to be too small to matter, rather than merely not shown to exist.
/// Schuirmann (1987), doi:10.1007/BF01068419.</summary>
public static class EquivalenceTest
{
    /// <param name="margin">The smallest difference that would matter, in units of the score.</param>
    public static EquivalenceResult Of(MeanEstimate estimate, double margin, double alpha)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        ArgumentRules.CheckPositive(margin, nameof(margin));
        ArgumentRules.CheckAlpha(alpha, 0.5);
        var interval = estimate.Interval(1 - (2 * alpha));
        var p = Math.Max(estimate.PValueAbove(-margin), estimate.PValueBelow(margin));
        return new EquivalenceResult(-margin < interval.Lower && interval.Upper < margin, p, interval);
    }
}

namespace FunctionsEval.Statistics.Planning;

/// <summary>How often a two-sided paired t test finds an effect of that size: the noncentral t with items/m - 1 degrees of freedom, which
/// tends to Φ(δ/SE - z) for many items. Cohen (1988), Statistical Power Analysis, section 2.</summary>
public static class PairedPower
{
    /// <param name="effect">The true mean difference, of either sign. Without it, power is alpha.</param>
    public static double Of(PairedDesign design, int items, double effect, double alpha)
    {
        ArgumentNullException.ThrowIfNull(design);
        ArgumentRules.CheckAlpha(alpha);
        if (!double.IsFinite(effect))
        {
            throw new ArgumentOutOfRangeException(nameof(effect), effect, "An effect must be finite.");
        }

        var clusters = items / design.ItemsPerCluster;
        return clusters < 2
            ? throw new ArgumentOutOfRangeException(nameof(items), items, $"A test needs two clusters of {design.ItemsPerCluster} items at least.")
            : Of(clusters - 1, Shift(design.VariancePerItem, items, effect), alpha);
    }

    private static double Of(double degreesOfFreedom, double shift, double alpha)
    {
        if (double.IsInfinity(shift))
        {
            return 1;
        }

        var critical = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, degreesOfFreedom, 1 - (alpha / 2));
        return NoncentralT.UpperTail(critical, degreesOfFreedom, shift) + NoncentralT.UpperTail(critical, degreesOfFreedom, -shift);
    }

    private static double Shift(double variance, int items, double effect) =>
        effect == 0 ? 0 : Math.Abs(effect) / Math.Sqrt(variance / items);
}

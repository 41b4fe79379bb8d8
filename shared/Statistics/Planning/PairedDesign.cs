namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// A comparison of two variants on the same items, with K samples each. Miller (2024), arXiv:2411.00640, section 5: the variance of an
/// item's difference is ω² + σ_A²/K_A + σ_B²/K_B.
/// </summary>
/// <param name="DifferenceVariance">ω²: how much the true difference varies from item to item.</param>
/// <param name="FirstWithin">σ_A²: the variance of one sample of the first variant around its item.</param>
/// <param name="Correlation">Of the differences of two items of one cluster.</param>
public sealed record PairedDesign(
    double DifferenceVariance,
    double FirstWithin,
    double SecondWithin,
    int FirstSamples,
    int SecondSamples,
    double ItemsPerCluster = 1,
    double Correlation = 0)
{
    /// <summary>The variance that one item's observed difference has, enlarged by the design effect.</summary>
    public double VariancePerItem
    {
        get
        {
            ArgumentRules.CheckNotNegative(DifferenceVariance, nameof(DifferenceVariance));
            ArgumentRules.CheckNotNegative(FirstWithin, nameof(FirstWithin));
            ArgumentRules.CheckNotNegative(SecondWithin, nameof(SecondWithin));
            ArgumentRules.CheckPositive(FirstSamples, nameof(FirstSamples));
            ArgumentRules.CheckPositive(SecondSamples, nameof(SecondSamples));
            return (DifferenceVariance + (FirstWithin / FirstSamples) + (SecondWithin / SecondSamples))
                * DesignEffect.Of(ItemsPerCluster, Correlation);
        }
    }

    /// <summary>The same comparison were everything to vary more.</summary>
    public PairedDesign WithVariancesTimes(double factor) =>
        this with { DifferenceVariance = factor * DifferenceVariance, FirstWithin = factor * FirstWithin, SecondWithin = factor * SecondWithin };

    /// <summary>
    /// From a pilot's samples, item by item; items that lack a sample of either variant are left out. ω² is what the variance of the
    /// differences exceeds the share of the samples by, cut at 0. Null below two items, or when none of them has two samples of a variant.
    /// </summary>
    public static PairedDesign? FromPilot(ReadOnlySpan<RunningMoments> first, ReadOnlySpan<RunningMoments> second, int samples)
    {
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        var differences = default(RunningMoments);
        var (a, b) = (new List<RunningMoments>(first.Length), new List<RunningMoments>(first.Length));
        for (var item = 0; item < first.Length; item++)
        {
            if (first[item].Count > 0 && second[item].Count > 0)
            {
                differences.Add(first[item].Mean - second[item].Mean);
                a.Add(first[item]);
                b.Add(second[item]);
            }
        }

        if (differences.Count < 2 || SampleNoise.Of([.. a]) is not { } firstNoise || SampleNoise.Of([.. b]) is not { } secondNoise)
        {
            return null;
        }

        var between = Math.Max(0, differences.Variance - firstNoise.OfMeans - secondNoise.OfMeans);
        return new PairedDesign(between, firstNoise.Variance, secondNoise.Variance, samples, samples);
    }
}

namespace FunctionsEval.Statistics.Inference;

/// <summary>A mean over items with its interval.</summary>
/// <param name="Interval">The means that the test does not reject; null below two units, and where nothing varies on a scale without ends.</param>
/// <param name="Method">In words; null without an interval.</param>
/// <param name="Assumption">What it rests on where there are few units.</param>
public sealed record MeanInference(double Mean, ConfidenceInterval? Interval, string? Method, string? Assumption)
{
    private const string Wilson = "Wilson score interval";

    /// <summary>
    /// Of the means of items: of pass or fail with one sample each Wilson's interval, else the means that the test of the design does not reject.
    /// Null without items.
    /// </summary>
    /// <param name="itemMeans">Of each item's samples.</param>
    /// <param name="clusters">One label an item; empty when all stand alone.</param>
    public static MeanInference? Of(ReadOnlySpan<double> itemMeans, ReadOnlySpan<int> clusters, ScoreScale scale, int samplesPerItem, double level, Random random)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(random);
        if (itemMeans.IsEmpty)
        {
            return null;
        }

        var units = UnitSums.Of(itemMeans, clusters);
        if (scale.Kind == ScoreKind.PassOrFail && samplesPerItem == 1 && clusters.IsEmpty)
        {
            var passed = (long)Math.Round(units.Mean * itemMeans.Length);
            return new MeanInference(units.Mean, WilsonInterval.OfProportion(passed, itemMeans.Length, level), Wilson, null);
        }

        if (units.Count < 2)
        {
            return new MeanInference(units.Mean, null, null, null);
        }

        (double Min, double Max)? ends = scale is { Min: { } min, Max: { } max } ? (min, max) : null;
        var method = Inference.Method.Of(scale, samplesPerItem, !clusters.IsEmpty, units, ends, isDifference: false, random);
        var spread = RunningMoments.Of(method.Units.Deviations).StandardDeviation;
        if (ends is null && spread <= 1e-12 * Math.Abs(method.Units.Mean))
        {
            return new MeanInference(method.Units.Mean, null, null, null);
        }

        var step = spread > 0 ? spread / Math.Sqrt(units.Count) / 2 : scale.Range!.Value / (2 * units.Count);
        var interval = Inversion.Interval(method.Tails, method.Units.Mean, step, level, ends, isDifference: false);
        return new MeanInference(method.Units.Mean, interval, method.Name, method.Assumption);
    }
}

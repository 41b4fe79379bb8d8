using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Samples;

/// <summary>The interval of the mean of one item's samples, cheap enough for millions of them: of pass or fail Wilson's, else Student's (1908),
/// doi:10.1093/biomet/6.1.1, cut at the ends of the scale. Samples that are all alike are taken for shares of the scale, of which Wilson's interval is
/// the widest; without a scale they tell nothing.</summary>
internal sealed class SampleInterval(ScoreScale scale, double level)
{
    // The quantile costs more than the rest, and there are few distinct counts.
    private readonly Dictionary<int, double> _criticalValues = [];

    /// <summary>Null below two samples, except of pass or fail.</summary>
    public ConfidenceInterval? Of(RunningMoments samples)
    {
        if (scale.Kind == ScoreKind.PassOrFail)
        {
            return WilsonInterval.OfProportion((long)Math.Round(samples.Mean * samples.Count), samples.Count, level);
        }

        if (samples.Count < 2)
        {
            return null;
        }

        if (samples.Range == 0)
        {
            return scale is { Min: { } min, Range: { } range } ? Shares(samples, min, range) : null;
        }

        if (!_criticalValues.TryGetValue(samples.Count, out var critical))
        {
            _criticalValues[samples.Count] = critical = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, samples.Count - 1, (1 + level) / 2);
        }

        var margin = critical * samples.StandardDeviation / Math.Sqrt(samples.Count);
        return new ConfidenceInterval(
            Math.Max(scale.Min ?? double.NegativeInfinity, samples.Mean - margin), Math.Min(scale.Max ?? double.PositiveInfinity, samples.Mean + margin), level);
    }

    private ConfidenceInterval Shares(RunningMoments samples, double min, double range)
    {
        var share = WilsonInterval.OfShare(Math.Clamp((samples.Mean - min) / range, 0, 1), samples.Count, level);
        return new ConfidenceInterval(min + (range * share.Lower), min + (range * share.Upper), level);
    }
}

using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>A judge's mean, and what people's labels of some cells make of it.</summary>
/// <param name="Judged">The judge's own mean over items; null without scores.</param>
/// <param name="Mean">Corrected; null without labels of two units.</param>
/// <param name="Interval">Holds the error of the judge as well as that of the items; cut at the ends of the scale.</param>
/// <param name="Method">In words.</param>
/// <param name="Assumption">What it rests on where labels are few.</param>
/// <param name="Limit">Why there is no correction; null where there is one.</param>
public sealed record CorrectedMean(
    double? Judged, double? Mean, ConfidenceInterval? Interval, int Labels, int LabelledUnits, string? Method, string? Assumption, string? Limit)
{
    public static CorrectedMean Of(LabelledScores scores, ScoreScale scale, double level)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(scale);
        ConfidenceInterval.CheckLevel(level);
        double? judged = scores.Items == 0 ? null : scores.JudgedMean;
        if (ScoreCorrection.LimitOf(scores) is { } limit)
        {
            return new CorrectedMean(judged, null, null, scores.LabelCount, scores.LabelledUnits, null, null, limit);
        }

        var correction = ScoreCorrection.Choose(scores, scale);
        var unbounded = correction.IsUnbounded ? CorrectedComparison.Unbounded : null;
        return new CorrectedMean(
            judged,
            Cut(correction.Estimate),
            unbounded is null && correction.Ends((1 - level) / 2) is var (lower, upper) ? new ConfidenceInterval(Cut(lower), Cut(upper), level) : null,
            scores.LabelCount,
            scores.LabelledUnits,
            ScoreCorrection.PredictionPowered,
            CorrectedComparison.AssumptionOf(scores.LabelledUnits),
            unbounded);

        double Cut(double value) => Math.Min(scale.Max ?? double.PositiveInfinity, Math.Max(scale.Min ?? double.NegativeInfinity, value));
    }
}

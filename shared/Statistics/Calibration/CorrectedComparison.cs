using System.Globalization;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>
/// The difference of two variants that a judge scored and labels corrected, with the same fields as any comparison, so that verdicts, gates and sentences
/// are made of it by the same rules. What the two share (items, clusters, labels of the same items) is in the correlation of their units' influences; the interval is that of
/// Zou and Donner (2008), doi:10.1002/sim.3095, for dependent estimates, which for means with Student's t is the interval of the paired difference.
/// </summary>
public static class CorrectedComparison
{
    internal const string Unbounded = "All labels differ from the judge by the same, and without a known scale nothing bounds the errors that were not seen: give the scorer min and max.";

    public static Comparison Of(LabelledScores first, LabelledScores second, ComparisonDesign design)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(design);
        design.Check();
        var (one, other) = (first.SharedWith(second), second.SharedWith(first));
        var units = Math.Min(one.LabelledUnits, other.LabelledUnits);
        if ((ScoreCorrection.LimitOf(one) ?? ScoreCorrection.LimitOf(other)) is { } limit)
        {
            return new Comparison(null, null, null, null, "none", null, [], one.Items, units, limit);
        }

        var (a, b) = (ScoreCorrection.Choose(one, design.Scale), ScoreCorrection.Choose(other, design.Scale));
        var difference = new CorrectedDifference(a, b);
        var effect = a.Estimate - b.Estimate;
        var isUnbounded = a.IsUnbounded || b.IsUnbounded;
        var (lower, upper) = difference.Ends(design.Alpha / 2);
        var range = design.Scale.Range ?? double.PositiveInfinity;
        return new Comparison(
            effect,
            isUnbounded ? null : new ConfidenceInterval(Math.Max(-range, lower), Math.Min(range, upper), design.Confidence),
            isUnbounded ? null : difference.TwoSided(0),
            isUnbounded || design.Margin is not { } margin ? null : Math.Max(difference.Above(-margin), difference.Below(margin)),
            ScoreCorrection.PredictionPowered,
            AssumptionOf(units),
            [],
            one.Items,
            units,
            isUnbounded ? Unbounded : null);
    }

    internal static string? AssumptionOf(int units) => units < ScoreCorrection.FewUnits
        ? string.Create(CultureInfo.InvariantCulture, $"With labels of {units} scenarios or clusters it holds if the judge's errors are roughly normal.")
        : null;
}

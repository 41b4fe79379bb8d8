using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <param name="LabelledUnits">Scenarios (or clusters) with labels, both variants where a difference is planned.</param>
/// <param name="Width">Of the corrected interval, expected.</param>
/// <param name="WidthAtMost">Were the judge's errors to spread as much as the pilot's 80% upper limit.</param>
/// <param name="WidthOfLabelsAlone">Had the judge not been asked.</param>
/// <param name="DetectableEffect">The smallest difference that is found with the wanted power.</param>
public sealed record LabelForecast(int LabelledUnits, double Width, double WidthAtMost, double WidthOfLabelsAlone, double DetectableEffect);

/// <summary>
/// What more labels would give, learned from a few: the variance of a corrected mean is judged/units + residual/labelled, the two-phase variance of Cochran
/// (1977), Sampling Techniques, section 12.6. Labels alone have (judged + residual)/labelled.
/// </summary>
/// <param name="Judged">Of one unit's judged score, as far as it is followed.</param>
/// <param name="Residual">Of what one unit's labels differ from it.</param>
/// <param name="Units">With a score: no more can be labelled.</param>
/// <param name="LabelledUnits">Of the pilot.</param>
public sealed record LabelSpread(double Judged, double Residual, int Units, int LabelledUnits)
{
    /// <summary>More than this share above what all labels would give is worth labelling for.</summary>
    public const double WorthWhile = 0.1;

    /// <summary>Null where labels cannot correct the scores yet.</summary>
    public static LabelSpread? OfMean(LabelledScores scores, ScoreScale scale)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(scale);
        return ScoreCorrection.LimitOf(scores) is null && ScoreCorrection.Choose(scores, scale) is var one
            ? Of(one.JudgedInfluence, one.LabelledInfluence, scores.LabelledUnits)
            : null;
    }

    /// <summary>Of the difference of two variants, of which the same scenarios are labelled.</summary>
    public static LabelSpread? OfDifference(LabelledScores first, LabelledScores second, ScoreScale scale)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(scale);
        var (one, other) = (first.SharedWith(second), second.SharedWith(first));
        if ((ScoreCorrection.LimitOf(one) ?? ScoreCorrection.LimitOf(other)) is not null)
        {
            return null;
        }

        var (a, b) = (ScoreCorrection.Choose(one, scale), ScoreCorrection.Choose(other, scale));
        return Of(
            [.. a.JudgedInfluence.Zip(b.JudgedInfluence, (x, y) => x - y)],
            [.. a.LabelledInfluence.Zip(b.LabelledInfluence, (x, y) => x - y)],
            Math.Min(one.LabelledUnits, other.LabelledUnits));
    }

    public LabelForecast With(int labelledUnits, double level, double power)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labelledUnits, 2);
        ConfidenceInterval.CheckLevel(level);
        ArgumentRules.CheckProbability(power, nameof(power));
        var labelled = Math.Min(labelledUnits, Units);
        var (ofJudged, ofLabels) = (Judged / Units, Residual / labelled);
        var freedom = FreedomOf(ofJudged, ofLabels, labelled);
        var error = Math.Sqrt(ofJudged + ofLabels);
        var critical = StudentT.InvCDF(0, 1, freedom, (1 + level) / 2);
        return new LabelForecast(
            labelled,
            2 * critical * error,
            2 * critical * Math.Sqrt(ofJudged + (ofLabels * SpreadLimit.FactorOf(LabelledUnits))),
            2 * StudentT.InvCDF(0, 1, labelled - 1, (1 + level) / 2) * Math.Sqrt((Judged + Residual) / labelled),
            (critical + StudentT.InvCDF(0, 1, freedom, power)) * error);
    }

    /// <summary>The fewest labelled units whose interval is within a tenth of the one that labels of all units would give.</summary>
    public int WorthLabelling(double level)
    {
        var target = (1 + WorthWhile) * With(Units, level, 0.5).Width;
        var (few, enough) = (1, Units);
        while (enough - few > 1)
        {
            var middle = (few + enough) / 2;
            (few, enough) = middle >= 2 && With(middle, level, 0.5).Width <= target ? (few, middle) : (middle, enough);
        }

        return enough;
    }

    private static LabelSpread Of(double[] ofJudged, double[] ofLabels, int labelled)
    {
        double units = ofJudged.Length;
        return new LabelSpread(
            ofJudged.Sum(unit => unit * unit) * units * units / Math.Max(1, units - 1),
            ofLabels.Sum(unit => unit * unit) * labelled * labelled / Math.Max(1, labelled - 2),
            ofJudged.Length,
            labelled);
    }

    private double FreedomOf(double ofJudged, double ofLabels, int labelled)
    {
        double few = Math.Max(1, labelled - 2), many = Math.Max(few, Units - 1);
        var whole = ofJudged + ofLabels;
        return whole > 0 ? Math.Clamp(whole * whole / ((ofJudged * ofJudged / many) + (ofLabels * ofLabels / few)), few, many) : few;
    }
}

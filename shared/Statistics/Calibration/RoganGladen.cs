using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>How a judge that passes or fails agrees with people.</summary>
/// <param name="TruePositives">Cells that both pass.</param>
/// <param name="FalsePositives">Cells that the judge passes and people fail.</param>
public sealed record ConfusionCounts(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives)
{
    public int Positives => TruePositives + FalseNegatives;

    public int Negatives => TrueNegatives + FalsePositives;
}

/// <param name="Rate">Cut at 0 and 1; null where there is none, and <paramref name="Limit"/> says why.</param>
public sealed record RoganGladenRate(double? Rate, ConfidenceInterval? Interval, double? Sensitivity, double? Specificity, string? Limit);

/// <summary>
/// A true pass rate from the rate that a judge reports and its sensitivity and specificity: (q + sp - 1)/(se + sp - 1), Rogan and Gladen (1978),
/// doi:10.1093/oxfordjournals.aje.a112510. The interval holds the errors of all three: Lang and Reiczigel (2014), doi:10.1016/j.prevetmed.2013.09.015. It takes
/// the judge to be as often wrong on the cells at hand as on those that gave its sensitivity and specificity, whichever variant they are of.
/// </summary>
public static class RoganGladen
{
    /// <summary>Of one variant; null where it has no score.</summary>
    /// <param name="counts">Of labelled cells of all variants.</param>
    public static RoganGladenRate? Of(LabelledScores scores, ConfusionCounts counts, double level)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return scores.Items > 0 && scores.JudgedShare() is var judged ? Of(judged.Value, judged.Worth, counts, level) : null;
    }

    /// <param name="judgedRate">The share of cells that the judge passes.</param>
    /// <param name="judged">How many independent cells that share is worth.</param>
    public static RoganGladenRate Of(double judgedRate, double judged, ConfusionCounts counts, double level)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentRules.CheckProbability(judgedRate, nameof(judgedRate));
        ArgumentRules.CheckPositive(judged, nameof(judged));
        ConfidenceInterval.CheckLevel(level);
        if (counts.Positives == 0 || counts.Negatives == 0)
        {
            return new RoganGladenRate(
                null, null, null, null, $"People {(counts.Negatives == 0 ? "pass" : "fail")} every labelled cell, so how often the judge is wrong on the others is not known.");
        }

        var (sensitivity, specificity) = ((double)counts.TruePositives / counts.Positives, (double)counts.TrueNegatives / counts.Negatives);
        if (sensitivity + specificity <= 1)
        {
            return new RoganGladenRate(
                null, null, sensitivity, specificity, "The judge passes what people pass no more often than what they fail (sensitivity + specificity is 1 or less): its rate says nothing of theirs.");
        }

        // Pseudo-counts pull each share towards one half: z² for the rate, one of each kind for the other two.
        var z = Normal.InvCDF(0, 1, (1 + level) / 2);
        var rate = ((judgedRate * judged) + (z * z / 2)) / (judged + (z * z));
        var (sensitive, specific) = ((counts.TruePositives + 1.0) / (counts.Positives + 2), (counts.TrueNegatives + 1.0) / (counts.Negatives + 2));
        var (ofSensitive, ofSpecific) = (sensitive * (1 - sensitive) / (counts.Positives + 2), specific * (1 - specific) / (counts.Negatives + 2));
        var slope = sensitive + specific - 1;
        if (slope <= 0)
        {
            return new RoganGladenRate(Corrected(), new ConfidenceInterval(0, 1, level), sensitivity, specificity, null);
        }

        var center = (rate + specific - 1) / slope;
        var error = Math.Sqrt(
            (rate * (1 - rate) / (judged + (z * z))) + (center * center * ofSensitive) + ((1 - center) * (1 - center) * ofSpecific)) / slope;
        var shift = 2 * z * z * ((center * ofSensitive) - ((1 - center) * ofSpecific));
        var interval = new ConfidenceInterval(Math.Clamp(center + shift - (z * error), 0, 1), Math.Clamp(center + shift + (z * error), 0, 1), level);
        return new RoganGladenRate(Corrected(), interval, sensitivity, specificity, null);

        double Corrected() => Math.Clamp((judgedRate + specificity - 1) / (sensitivity + specificity - 1), 0, 1);
    }
}

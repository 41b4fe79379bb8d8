namespace FunctionsEval.Statistics.Calibration;

/// <summary>A mean that labels have corrected: its estimate, how far each unit moves it, and its interval for any error rate.</summary>
internal abstract class ScoreCorrection(double estimate, double[] ofJudged, double[] ofLabels)
{
    public const string PredictionPowered = "prediction-powered: the judge's mean plus the labels' mean difference from it";

    /// <summary>From so many labelled units on, how far the judge is to be followed is learned from the labels.</summary>
    public const int FewUnits = 10;

    public double Estimate => estimate;

    /// <summary>How far each unit moves the estimate by the judge's scores of all items; squares add up to a variance.</summary>
    public double[] JudgedInfluence => ofJudged;

    /// <summary>By the differences of its labels from the judge.</summary>
    public double[] LabelledInfluence => ofLabels;

    public double[] Influence { get; } = [.. ofJudged.Zip(ofLabels, (one, other) => one + other)];

    /// <summary>Labels all differ from the judge by the same, and no end of the scale bounds what was not seen.</summary>
    public virtual bool IsUnbounded => false;

    /// <param name="error">Of each side.</param>
    public abstract (double Lower, double Upper) Ends(double error);

    /// <summary>Why labels cannot correct these scores; null where they can.</summary>
    public static string? LimitOf(LabelledScores scores) => (scores.Items, scores.LabelledUnits) switch
    {
        (0, _) => "No item has a score.",
        (_, 0) => "No cell has a label.",
        (_, 1) => "All labels are of one scenario or cluster: nothing tells how much the judge's errors differ.",
        _ => null,
    };

    /// <param name="scores">With labels of two units or more.</param>
    public static ScoreCorrection Choose(LabelledScores scores, Inference.ScoreScale scale) =>
        scale.Kind == Inference.ScoreKind.PassOrFail && scores.Pairs.TrueForAll(pair => pair.Judged is 0 or 1) && scores.Judged.All(item => item.Count == 0 || IsPassOrFail(item))
            ? PassRateCorrection.Of(scores)
            : RegressionCorrection.Of(scores, scale);

    private static bool IsPassOrFail(RunningMoments item) => item.Min is 0 or 1 && item.Max is 0 or 1;
}

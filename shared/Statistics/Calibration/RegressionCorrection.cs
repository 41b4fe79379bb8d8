using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>
/// Prediction-powered inference for a mean: λ·(judge's mean of all items) + mean of (label - λ·judge) over the labelled ones. Angelopoulos, Bates, Fannjiang, Jordan
/// and Zrnic (2023), doi:10.1126/science.adi6000. λ is tuned to the smallest variance, Angelopoulos, Duchi and Zrnic (2023), arXiv:2311.01453: as the labelled items are some of
/// all items, that is the slope of labels on scores, and the estimate the regression estimator of two-phase sampling, Cochran (1977), Sampling Techniques,
/// section 12.6. The variance is that of the sums of influences by unit, with Student's t of Satterthwaite's degrees of freedom.
/// </summary>
internal sealed class RegressionCorrection : ScoreCorrection
{
    private readonly double _ofJudged;
    private readonly double _ofLabels;
    private readonly double _variance;
    private readonly double _freedom;
    private readonly double? _unseenRange;
    private readonly int _labelledUnits;

    private RegressionCorrection(double estimate, double[] judged, double[] labelled, LabelledScores scores, bool isTuned, double? unseenRange)
        : base(estimate, judged, labelled)
    {
        double units = scores.Units.Count;
        double labelledFreedom = Math.Max(1, scores.LabelledUnits - (isTuned ? 2 : 1));
        _ofJudged = judged.Sum(unit => unit * unit) * units / Math.Max(1, units - 1);
        _ofLabels = labelled.Sum(unit => unit * unit) * scores.LabelledUnits / labelledFreedom;

        // With every item labelled the judge drops out, and the two parts take from each other.
        var both = 2 * judged.Zip(labelled, (one, other) => one * other).Sum();
        _variance = Math.Max(0, _ofJudged + _ofLabels + both);
        _freedom = _variance > 0
            ? Math.Clamp(_variance * _variance / ((_ofJudged * _ofJudged / Math.Max(1, units - 1)) + (_ofLabels * _ofLabels / labelledFreedom)), labelledFreedom, Math.Max(labelledFreedom, units - 1))
            : labelledFreedom;
        _unseenRange = unseenRange;
        _labelledUnits = scores.LabelledUnits;
    }

    public override bool IsUnbounded => _ofLabels == 0 && _unseenRange is null;

    public static RegressionCorrection Of(LabelledScores scores, Inference.ScoreScale scale)
    {
        int[] labelled = [.. Enumerable.Range(0, scores.Labels.Length).Where(item => scores.Labels[item].Count > 0)];
        var (labels, judged) = (RunningMoments.Of([.. labelled.Select(item => scores.Labels[item].Mean)]), RunningMoments.Of([.. labelled.Select(item => scores.JudgedOfLabelled[item].Mean)]));
        var isTuned = scores.LabelledUnits >= FewUnits;
        var lambda = !isTuned ? 1 : judged.Range == 0 ? 0 : Math.Max(0, Slope());
        var rectifier = labels.Mean - (lambda * judged.Mean);
        var (ofJudged, ofLabels) = (new double[scores.Judged.Length], new double[scores.Judged.Length]);
        for (var item = 0; item < ofJudged.Length; item++)
        {
            ofJudged[item] = scores.Judged[item].Count == 0 ? 0 : lambda * (scores.Judged[item].Mean - scores.JudgedMean) / scores.Items;
            ofLabels[item] = scores.Labels[item].Count == 0 ? 0
                : (scores.Labels[item].Mean - (lambda * scores.JudgedOfLabelled[item].Mean) - rectifier) / labelled.Length;
        }

        // Roundings of the same difference are no spread.
        var smallest = 1e-13 * (1 + Math.Abs(labels.Mean) + Math.Abs(judged.Mean)) / labelled.Length;
        ofLabels = Array.TrueForAll(ofLabels, value => Math.Abs(value) < smallest) ? new double[ofLabels.Length] : ofLabels;
        return new RegressionCorrection(
            (lambda * scores.JudgedMean) + rectifier, scores.ByUnit(ofJudged), scores.ByUnit(ofLabels), scores, isTuned, scale.Range);

        double Slope()
        {
            var (products, squares) = (0.0, 0.0);
            foreach (var item in labelled)
            {
                var from = scores.JudgedOfLabelled[item].Mean - judged.Mean;
                products += from * (scores.Labels[item].Mean - labels.Mean);
                squares += from * from;
            }

            return products / squares;
        }
    }

    public override (double Lower, double Upper) Ends(double error)
    {
        var margin = -StudentT.InvCDF(0, 1, _freedom, error) * Math.Sqrt(_variance);
        if (_ofLabels == 0)
        {
            // As far as is seen the judge is exact; a share of units as large as Wilson's interval allows may still be wrong by the whole scale.
            margin = double.Hypot(margin, (_unseenRange ?? double.PositiveInfinity) * WilsonInterval.Ends(0, _labelledUnits, -Normal.InvCDF(0, 1, error)).Upper);
        }

        return (Estimate - margin, Estimate + margin);
    }
}

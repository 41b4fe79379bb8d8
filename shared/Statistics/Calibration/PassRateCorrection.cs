using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>
/// A pass rate from all cells that a judge passed or failed, and people's labels of some: q·a + (1-q)·b, with q the share that the judge passes, and a and b
/// the shares of passes among labelled cells that it passed and failed: Tenenbein (1970), doi:10.1080/01621459.1970.10481170, which is prediction-powered
/// inference with λ = a - b. The interval recovers the variance from that of each share (Wilson's of the judge's rate, Jeffreys' of what people say), Zou and Donner (2008), doi:10.1002/sim.3095: it does not
/// collapse where the judge was never seen to be wrong. Student's t stands in the place of the normal law, for labels are few.
/// </summary>
internal sealed class PassRateCorrection : ScoreCorrection
{
    private readonly ClusteredShare _judged;
    private readonly ClusteredShare _ofPassed;
    private readonly ClusteredShare _ofFailed;
    private readonly int _freedom;

    private PassRateCorrection(ClusteredShare judged, ClusteredShare ofPassed, ClusteredShare ofFailed, double[] ofJudged, double[] ofLabels, int freedom)
        : base((judged.Value * ofPassed.Value) + ((1 - judged.Value) * ofFailed.Value), ofJudged, ofLabels)
    {
        (_judged, _ofPassed, _ofFailed, _freedom) = (judged, ofPassed, ofFailed, freedom);
    }

    public static PassRateCorrection Of(LabelledScores scores)
    {
        var (passed, failed) = (ShareOf(scores, judged: 1), ShareOf(scores, judged: 0));
        var (rate, slope) = (scores.JudgedMean, passed.Value - failed.Value);
        var (deviations, ofLabels) = (new double[scores.Judged.Length], new double[scores.Judged.Length]);
        for (var item = 0; item < deviations.Length; item++)
        {
            deviations[item] = scores.Judged[item].Count == 0 ? 0 : (scores.Judged[item].Mean - rate) / scores.Items;
        }

        // Each labelled item weighs the same, however many of its cells have labels.
        foreach (var (item, judged, label) in scores.Pairs)
        {
            var weight = 1.0 / scores.Labels[item].Count;
            ofLabels[item] += judged == 1
                ? weight * rate * (label - passed.Value) / passed.Weight
                : weight * (1 - rate) * (label - failed.Value) / failed.Weight;
        }

        return new PassRateCorrection(
            scores.JudgedShare(),
            passed,
            failed,
            Array.ConvertAll(scores.ByUnit(deviations), unit => slope * unit),
            scores.ByUnit(ofLabels),
            Math.Max(1, scores.LabelledUnits - 2));
    }

    public override (double Lower, double Upper) Ends(double error)
    {
        var t = -StudentT.InvCDF(0, 1, _freedom, error);
        var (judged, passed, failed) = (_judged.Ends(t), _ofPassed.NarrowEnds(t), _ofFailed.NarrowEnds(t));
        var (rate, slope) = (_judged.Value, _ofPassed.Value - _ofFailed.Value);
        var (down, up) = slope >= 0 ? (rate - judged.Lower, judged.Upper - rate) : (judged.Upper - rate, rate - judged.Lower);
        return (
            Estimate - Length(slope * down, rate * (_ofPassed.Value - passed.Lower), (1 - rate) * (_ofFailed.Value - failed.Lower)),
            Estimate + Length(slope * up, rate * (passed.Upper - _ofPassed.Value), (1 - rate) * (failed.Upper - _ofFailed.Value)));
    }

    private static ClusteredShare ShareOf(LabelledScores scores, double judged) => ClusteredShare.Of(
        [.. scores.Pairs.Where(pair => pair.Judged.Equals(judged)).Select(pair => (scores.Units[pair.Item], pair.Label, 1.0 / scores.Labels[pair.Item].Count))],
        scores.Units.Count);

    private static double Length(double first, double second, double third) => Math.Sqrt((first * first) + (second * second) + (third * third));
}

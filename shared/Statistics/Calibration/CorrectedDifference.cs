using FunctionsEval.Statistics.Inference;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>The tails of a difference are the error rates at which an end of its interval reaches a mean.</summary>
internal sealed class CorrectedDifference : Tails
{
    private const double FurthestDeviate = 8;

    private readonly ScoreCorrection _first;
    private readonly ScoreCorrection _second;
    private readonly double _correlation;

    public CorrectedDifference(ScoreCorrection first, ScoreCorrection second)
    {
        (_first, _second) = (first, second);
        var squares = first.Influence.Sum(unit => unit * unit) * second.Influence.Sum(unit => unit * unit);
        _correlation = squares > 0 ? Math.Clamp(first.Influence.Zip(second.Influence, (one, other) => one * other).Sum() / Math.Sqrt(squares), -1, 1) : 0;
    }

    private double Effect => _first.Estimate - _second.Estimate;

    /// <param name="error">Of each side.</param>
    public (double Lower, double Upper) Ends(double error)
    {
        var (first, second) = (_first.Ends(error), _second.Ends(error));
        return (
            Effect - Length(_first.Estimate - first.Lower, second.Upper - _second.Estimate),
            Effect + Length(first.Upper - _first.Estimate, _second.Estimate - second.Lower));
    }

    public override double Above(double mean) => mean >= Effect ? 1 - Tail(error => Ends(error).Upper <= mean) : Tail(error => Ends(error).Lower >= mean);

    public override double Below(double mean) => mean <= Effect ? 1 - Tail(error => Ends(error).Lower >= mean) : Tail(error => Ends(error).Upper <= mean);

    // The smallest error rate at which the end does not reach the mean: by halving its normal deviate.
    private static double Tail(Func<double, bool> isExcluded)
    {
        var (excluded, reached) = (0.0, FurthestDeviate);
        for (var round = 0; round < 40; round++)
        {
            var middle = (excluded + reached) / 2;
            (excluded, reached) = isExcluded(Normal.CDF(0, 1, -middle)) ? (middle, reached) : (excluded, middle);
        }

        return Normal.CDF(0, 1, -excluded);
    }

    private double Length(double first, double second) => Math.Sqrt(Math.Max(0, (first * first) + (second * second) - (2 * _correlation * first * second)));
}

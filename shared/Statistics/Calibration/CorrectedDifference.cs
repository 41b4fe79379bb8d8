using FunctionsEval.Statistics.Inference;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Calibration;

/// <summary>The tails of a difference are the error rates at which an end of its interval reaches a mean.</summary>
internal sealed class CorrectedDifference : Tails
{
    // Beyond it quantiles of Student's t with few degrees of freedom are not found, and no p-value is told so exactly.
    private const double FurthestDeviate = 5;
    private const int Rounds = 60;

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

    public override double Above(double mean) => mean >= Effect ? 1 - Tail(error => mean - Ends(error).Upper) : Tail(error => Ends(error).Lower - mean);

    public override double Below(double mean) => mean <= Effect ? 1 - Tail(error => Ends(error).Lower - mean) : Tail(error => mean - Ends(error).Upper);

    // The error rate at which an end reaches the mean, by Illinois' rule on its normal deviate: the gap to the mean falls nearly in proportion to it.
    private static double Tail(Func<double, double> gap)
    {
        var (inside, outside) = (0.0, FurthestDeviate);
        var (atInside, atOutside) = (At(inside), At(outside));
        if (atInside <= 0 || atOutside >= 0)
        {
            return Normal.CDF(0, 1, -(atInside <= 0 ? inside : outside));
        }

        for (var round = 0; round < Rounds && outside - inside > 1e-9; round++)
        {
            var middle = round % 3 == 2 ? (inside + outside) / 2 : inside + ((outside - inside) * (atInside / (atInside - atOutside)));
            var at = At(middle);
            if (at == 0)
            {
                return Normal.CDF(0, 1, -middle);
            }

            (inside, atInside, outside, atOutside) = at > 0 ? (middle, at, outside, atOutside / 2) : (inside, atInside / 2, middle, at);
        }

        return Normal.CDF(0, 1, -inside);

        double At(double deviate) => gap(Normal.CDF(0, 1, -deviate));
    }

    private double Length(double first, double second) => Math.Sqrt(Math.Max(0, (first * first) + (second * second) - (2 * _correlation * first * second)));
}

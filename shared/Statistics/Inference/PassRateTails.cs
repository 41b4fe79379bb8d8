using MathNet.Numerics;

namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// Two variants, one sample of pass or fail on the same items: the score statistic of Tango (1998),
/// doi:10.1002/(SICI)1097-0258(19980430)17:8&lt;891::AID-SIM780&gt;3.0.CO;2-B, whose law is counted over all outcomes under the likeliest pass rates
/// of each hypothetical difference, instead of taken to be normal: an estimated p-value in the words of Lloyd (2008),
/// doi:10.1111/j.1467-842X.2008.00530.x. At 0 the statistic is that of McNemar (1947).
/// </summary>
internal sealed class PassRateTails(int onlyFirst, int onlySecond, int items) : CountedTails
{
    /// <summary>The outcomes to be counted grow with the square of the items.</summary>
    public const int MostItems = 300;

    private const double Rounding = 1e-9;

    // Outcomes further away than so many standard deviations have a chance below 1e-15.
    private const double Reach = 8;

    protected override (double Above, double Below) Compute(double mean)
    {
        if (Math.Abs(mean) >= 1)
        {
            return mean > 0 ? (1, onlyFirst == items ? 1 : 0) : (onlySecond == items ? 1 : 0, 1);
        }

        var observed = Statistic(onlyFirst, onlySecond, mean, out var second);
        var first = second + mean;
        double logFirst = Math.Log(first), logSecond = Math.Log(second), logNeither = Math.Log(Math.Max(0, 1 - first - second));
        var (above, below) = (0.0, 0.0);
        var (fromFirst, toFirst) = Likely(items, first);
        for (var b = fromFirst; b <= toFirst; b++)
        {
            var (fromSecond, toSecond) = Likely(items - b, first < 1 ? second / (1 - first) : 0);
            for (var c = fromSecond; c <= toSecond; c++)
            {
                var rest = items - b - c;
                var chance = Math.Exp(
                    Power(b, logFirst) + Power(c, logSecond) + Power(rest, logNeither)
                    + SpecialFunctions.FactorialLn(items) - SpecialFunctions.FactorialLn(b) - SpecialFunctions.FactorialLn(c) - SpecialFunctions.FactorialLn(rest));
                var statistic = Statistic(b, c, mean, out _);
                above += statistic >= observed - Rounding ? chance : 0;
                below += statistic <= observed + Rounding ? chance : 0;
            }
        }

        return (Math.Min(1, above), Math.Min(1, below));
    }

    private static (int From, int To) Likely(int trials, double rate)
    {
        var reach = (Reach * Math.Sqrt(trials * rate * (1 - Math.Min(1, rate)))) + (Reach * Reach / 2);
        return ((int)Math.Max(0, (trials * rate) - reach), (int)Math.Min(trials, Math.Ceiling((trials * rate) + reach)));
    }

    private static double Power(int count, double log) => count == 0 ? 0 : count * log;

    // The likeliest rate of items that only the second passes, given the difference, is a root of 2n·q² + B·q + C.
    private double Statistic(int b, int c, double difference, out double second)
    {
        double n = items;
        var linear = (((2 * n) - b + c) * difference) - b - c;
        var constant = -c * difference * (1 - difference);
        var root = (Math.Sqrt(Math.Max(0, (linear * linear) - (8 * n * constant))) - linear) / (4 * n);
        second = Math.Clamp(root, Math.Max(0, -difference), (1 - difference) / 2);
        var variance = n * ((2 * second) + difference - (difference * difference));
        var gap = b - c - (n * difference);
        return Math.Abs(gap) < Rounding ? 0 : variance <= 0 ? Math.Sign(gap) * double.PositiveInfinity : gap / Math.Sqrt(variance);
    }
}

using MathNet.Numerics;

namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// How much of the spread of scores lies between items (or clusters) and how much between samples of the same item: one-way analysis of
/// variance with unequal numbers of samples, Searle, Casella and McCulloch (1992), doi:10.1002/9780470316856, section 3.6.
/// </summary>
/// <param name="MeanSquareBetween">MSB = ΣK_i(m_i - m)²/(n-1).</param>
/// <param name="MeanSquareWithin">MSW = ΣΣ(s_ik - m_i)²/(N-n): the variance of one sample around its item.</param>
/// <param name="SamplesPerItem">K0 = (N - ΣK_i²/N)/(n-1): K itself when all are equal.</param>
public sealed record VarianceComponents(
    int Items, long Samples, double MeanSquareBetween, double MeanSquareWithin, double SamplesPerItem)
{
    public double WithinVariance => MeanSquareWithin;

    /// <summary>(MSB-MSW)/K0, cut at 0.</summary>
    public double BetweenVariance => Math.Max(0, (MeanSquareBetween - MeanSquareWithin) / SamplesPerItem);

    /// <summary>ICC(1), the correlation of two samples of one item; below 0 when items differ less than chance has them differ. Shrout and
    /// Fleiss (1979), doi:10.1037/0033-2909.86.2.420. Null when no score differs from another.</summary>
    public double? Correlation => Ratio(MeanSquareBetween + ((SamplesPerItem - 1) * MeanSquareWithin));

    /// <summary>ICC(1,K), how well the means of items would repeat in a second run of as many samples. Null when they do not differ.</summary>
    public double? Reliability => Ratio(MeanSquareBetween);

    /// <summary>Of the correlation, by the F law of MSB/MSW: Shrout and Fleiss (1979). For normal scores. Null when nothing varies within items.</summary>
    public ConfidenceInterval? CorrelationInterval(double level) => Ends(level) is var (lower, upper)
        ? new ConfidenceInterval((lower - 1) / (lower + SamplesPerItem - 1), (upper - 1) / (upper + SamplesPerItem - 1), level)
        : null;

    /// <summary>Of the reliability, likewise.</summary>
    public ConfidenceInterval? ReliabilityInterval(double level) => Ends(level) is var (lower, upper)
        ? new ConfidenceInterval(1 - (1 / lower), 1 - (1 / upper), level)
        : null;

    /// <summary>Null when there are fewer than two items with samples, or none with two: then there is nothing to tell apart.</summary>
    public static VarianceComponents? Of(ReadOnlySpan<RunningMoments> items)
    {
        var total = default(RunningMoments);
        var (within, squaredCounts, groups) = (default(CompensatedSum), 0.0, 0);
        foreach (var item in items)
        {
            if (item.Count == 0)
            {
                continue;
            }

            groups++;
            squaredCounts += (double)item.Count * item.Count;
            within.Add(item.Count > 1 ? item.Variance * (item.Count - 1) : 0);
            total = total.Merge(item);
        }

        return groups < 2 || total.Count == groups
            ? null
            : new VarianceComponents(
                groups,
                total.Count,
                BetweenSquares(items, total.Mean) / (groups - 1),
                within.Value / (total.Count - groups),
                (total.Count - (squaredCounts / total.Count)) / (groups - 1));
    }

    /// <summary>Of values that come in groups, such as the differences of the items of each cluster.</summary>
    public static VarianceComponents? Of(ReadOnlySpan<double> values, ReadOnlySpan<int> groups)
    {
        ArgumentRules.CheckSameLength(values.Length, groups.Length, nameof(groups));
        var index = ClusterIndex.Of(groups);
        var moments = new RunningMoments[index.Count];
        for (var value = 0; value < values.Length; value++)
        {
            moments[index[value]].Add(values[value]);
        }

        return Of(moments);
    }

    private static double BetweenSquares(ReadOnlySpan<RunningMoments> items, double mean)
    {
        var squares = default(CompensatedSum);
        foreach (var item in items)
        {
            squares.Add(item.Count == 0 ? 0 : item.Count * (item.Mean - mean) * (item.Mean - mean));
        }

        return squares.Value;
    }

    private (double Lower, double Upper)? Ends(double level)
    {
        ConfidenceInterval.CheckLevel(level);
        if (MeanSquareWithin <= 0)
        {
            return null;
        }

        var (ratio, between, within) = (MeanSquareBetween / MeanSquareWithin, Items - 1.0, Samples - (double)Items);
        return (
            ratio / FQuantile(between, within, (1 + level) / 2),
            ratio * FQuantile(within, between, (1 + level) / 2));
    }

    // By halving the logarithm of the odds of the beta law behind it: the library's own search gives up where one of the degrees is 1.
    private static double FQuantile(double numerator, double denominator, double probability)
    {
        var (low, high) = (-300.0, 300.0);
        for (var round = 0; round < 100; round++)
        {
            var middle = (low + high) / 2;
            var below = middle > 0
                ? 1 - SpecialFunctions.BetaRegularized(denominator / 2, numerator / 2, 1 / (1 + Math.Exp(middle)))
                : SpecialFunctions.BetaRegularized(numerator / 2, denominator / 2, 1 / (1 + Math.Exp(-middle)));
            (low, high) = below < probability ? (middle, high) : (low, middle);
        }

        return denominator / numerator * Math.Exp(high);
    }

    private double? Ratio(double whole) => whole > 0 ? (MeanSquareBetween - MeanSquareWithin) / whole : null;
}

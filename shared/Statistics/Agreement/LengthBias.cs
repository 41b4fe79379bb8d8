using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Agreement;

/// <param name="Correlation">Of score and length, -1 to 1.</param>
/// <param name="IsWithinItems">Answers to the same item are compared with each other, so that hard or long questions play no part.</param>
public sealed record LengthBiasResult(double Correlation, ConfidenceInterval? Interval, bool IsWithinItems, int Answers, int Units);

/// <summary>
/// Does a judge score longer answers higher? Pearson's correlation of score and length, where items have several answers around each item's means. The
/// interval is on Fisher's (1921) scale with the influences of answers summed by unit, so that answers to one scenario count as one: Liang and
/// Zeger (1986), doi:10.1093/biomet/73.1.13. Longer answers may be better ones: labels tell.
/// </summary>
public static class LengthBias
{
    private const int FewestUnits = 3;

    /// <summary>Null when scores or lengths do not differ.</summary>
    /// <param name="items">The item of each answer, any numbers.</param>
    /// <param name="units">Its independent unit: the item, or its cluster.</param>
    public static LengthBiasResult? Of(ReadOnlySpan<double> scores, ReadOnlySpan<double> lengths, ReadOnlySpan<int> items, ReadOnlySpan<int> units, double level)
    {
        ArgumentRules.CheckSameLength(scores.Length, lengths.Length, nameof(lengths));
        ArgumentRules.CheckSameLength(scores.Length, items.Length, nameof(items));
        ArgumentRules.CheckSameLength(scores.Length, units.Length, nameof(units));
        ConfidenceInterval.CheckLevel(level);
        var index = ClusterIndex.Of(items);
        var isWithin = index.Count < scores.Length;
        var (x, y) = (Centred(scores, index, isWithin), Centred(lengths, index, isWithin));
        var (ofX, ofY) = (Squares(x), Squares(y));
        if (ofX <= Roundings(scores) || ofY <= Roundings(lengths))
        {
            return null;
        }

        var correlation = x.Zip(y, (a, b) => a * b).Sum() / Math.Sqrt(ofX * ofY);
        double n = x.Length;
        var influence = new double[x.Length];
        for (var answer = 0; answer < influence.Length; answer++)
        {
            var (a, b) = (x[answer] / Math.Sqrt(ofX / n), y[answer] / Math.Sqrt(ofY / n));
            influence[answer] = (a * b) - (correlation * ((a * a) + (b * b)) / 2);
        }

        var clusters = ClusterIndex.Of(units);
        return new LengthBiasResult(correlation, IntervalOf(correlation, clusters.SumsOf(influence), n, level), isWithin, x.Length, clusters.Count);
    }

    private static ConfidenceInterval? IntervalOf(double correlation, double[] units, double n, double level)
    {
        if (units.Length < FewestUnits || Math.Abs(correlation) > 1 - 1e-12)
        {
            return null;
        }

        var error = Math.Sqrt(Squares(units) * units.Length / (units.Length - 1.0)) / n / (1 - (correlation * correlation));
        var margin = error * StudentT.InvCDF(0, 1, units.Length - 1, (1 + level) / 2);
        var center = Math.Atanh(correlation);
        return new ConfidenceInterval(Math.Tanh(center - margin), Math.Tanh(center + margin), level);
    }

    private static double[] Centred(ReadOnlySpan<double> values, ClusterIndex items, bool isWithin)
    {
        var moments = new RunningMoments[isWithin ? items.Count : 1];
        for (var answer = 0; answer < values.Length; answer++)
        {
            moments[isWithin ? items[answer] : 0].Add(values[answer]);
        }

        var centred = new double[values.Length];
        for (var answer = 0; answer < values.Length; answer++)
        {
            centred[answer] = values[answer] - moments[isWithin ? items[answer] : 0].Mean;
        }

        return centred;
    }

    private static double Squares(double[] values) => values.Sum(value => value * value);

    private static double Roundings(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return 1e-24 * largest * largest * values.Length;
    }
}

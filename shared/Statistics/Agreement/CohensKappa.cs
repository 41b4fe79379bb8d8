using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Agreement;

/// <summary>How much a disagreement weighs that is not a whole one.</summary>
public enum KappaWeights
{
    /// <summary>Every disagreement weighs the same.</summary>
    None,

    /// <summary>By the distance of the two ratings.</summary>
    Linear,

    /// <summary>By its square: then kappa is close to a correlation.</summary>
    Quadratic,
}

/// <param name="Kappa">Null when chance alone would have them agree always: both use one and the same category.</param>
/// <param name="Interval">Null below two units, and without kappa.</param>
/// <param name="ObservedAgreement">Weighted; the share of items rated alike without weights.</param>
/// <param name="BaseRate">The share of the most common category in both raters' answers; a high one makes kappa low even where they agree.</param>
public sealed record KappaResult(double? Kappa, ConfidenceInterval? Interval, double ObservedAgreement, double ExpectedAgreement, double BaseRate, int Count);

/// <summary>
/// Agreement of two raters beyond chance: (p_o - p_e)/(1 - p_e). Cohen (1960), doi:10.1177/001316446002000104; weighted: Cohen (1968), doi:10.1037/h0026256. The
/// interval is by the delta method of Fleiss, Cohen and Everitt (1969), doi:10.1037/h0028106, summed by cluster and with Student's t.
/// </summary>
public static class CohensKappa
{
    /// <summary>Null without items.</summary>
    /// <param name="first">The rating of each item; with weights their distances count.</param>
    /// <param name="clusters">One label an item; empty when all stand alone.</param>
    public static KappaResult? Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, KappaWeights weights, ReadOnlySpan<int> clusters, double level)
    {
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        ConfidenceInterval.CheckLevel(level);
        if (first.IsEmpty)
        {
            return null;
        }

        double[] values = [.. first.ToArray().Concat(second.ToArray()).Select(rating => rating + 0.0).Distinct().Order()];
        foreach (var value in values)
        {
            RunningMoments.Check(value);
        }

        double n = first.Length;
        var (rows, columns, observed) = (new double[values.Length], new double[values.Length], 0.0);
        var places = new (int First, int Second)[first.Length];
        for (var item = 0; item < first.Length; item++)
        {
            places[item] = (Array.BinarySearch(values, first[item] + 0.0), Array.BinarySearch(values, second[item] + 0.0));
            rows[places[item].First] += 1 / n;
            columns[places[item].Second] += 1 / n;
            observed += Weight(places[item].First, places[item].Second) / n;
        }

        // What each category's weight is against the other rater's answers.
        double[] ofRows = [.. Enumerable.Range(0, values.Length).Select(row => Enumerable.Range(0, values.Length).Sum(column => Weight(row, column) * columns[column]))];
        double[] ofColumns = [.. Enumerable.Range(0, values.Length).Select(column => Enumerable.Range(0, values.Length).Sum(row => Weight(row, column) * rows[row]))];
        var expected = Enumerable.Range(0, values.Length).Sum(row => rows[row] * ofRows[row]);
        var baseRate = Enumerable.Range(0, values.Length).Max(value => (rows[value] + columns[value]) / 2);
        if (values.Length < 2 || 1 - expected < 1e-12)
        {
            return new KappaResult(null, null, observed, expected, baseRate, first.Length);
        }

        var kappa = (observed - expected) / (1 - expected);
        double[] influence =
        [
            .. places.Select(place =>
                ((Weight(place.First, place.Second) - observed) - ((1 - kappa) * (ofRows[place.First] + ofColumns[place.Second] - (2 * expected)))) / (1 - expected)),
        ];
        return new KappaResult(kappa, IntervalOf(kappa, UnitsOf(influence, clusters), n, level), observed, expected, baseRate, first.Length);

        double Weight(int row, int column) => weights switch
        {
            KappaWeights.None => row == column ? 1 : 0,
            KappaWeights.Linear => 1 - (Math.Abs(values[row] - values[column]) / (values[^1] - values[0])),
            KappaWeights.Quadratic => 1 - Math.Pow((values[row] - values[column]) / (values[^1] - values[0]), 2),
            _ => throw new ArgumentOutOfRangeException(nameof(weights), weights, "The weights must be none, linear or quadratic."),
        };
    }

    private static double[] UnitsOf(double[] influence, ReadOnlySpan<int> clusters)
    {
        if (clusters.IsEmpty)
        {
            return influence;
        }

        ArgumentRules.CheckSameLength(influence.Length, clusters.Length, nameof(clusters));
        return ClusterIndex.Of(clusters).SumsOf(influence);
    }

    private static ConfidenceInterval? IntervalOf(double kappa, double[] units, double n, double level)
    {
        if (units.Length < 2)
        {
            return null;
        }

        // Perfect so far: a share of units as large as Wilson's interval allows may still be rated at random.
        if (kappa.Equals(1.0))
        {
            return new ConfidenceInterval(1 - WilsonInterval.OfProportion(0, units.Length, level)!.Upper, 1, level);
        }

        var error = Math.Sqrt(units.Sum(unit => unit * unit) * units.Length / (units.Length - 1.0)) / n;
        var margin = error * StudentT.InvCDF(0, 1, units.Length - 1, (1 + level) / 2);
        return new ConfidenceInterval(Math.Max(-1, kappa - margin), Math.Min(1, kappa + margin), level);
    }
}

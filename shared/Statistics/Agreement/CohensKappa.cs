using System.Diagnostics;

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
/// influences are those of Fleiss, Cohen and Everitt (1969), doi:10.1037/h0028106, summed by cluster; the interval is that of <see cref="AgreementInterval"/>.
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
        if (!Enum.IsDefined(weights))
        {
            throw new ArgumentOutOfRangeException(nameof(weights), weights, "The weights must be none, linear or quadratic.");
        }

        if (first.IsEmpty)
        {
            return null;
        }

        double[] values = [.. first.ToArray().Concat(second.ToArray()).Select(rating => rating + 0.0).Distinct().Order()];
        foreach (var value in values)
        {
            RunningMoments.Check(value);
        }

        var places = new (int First, int Second)[first.Length];
        for (var item = 0; item < first.Length; item++)
        {
            places[item] = (Array.BinarySearch(values, first[item] + 0.0), Array.BinarySearch(values, second[item] + 0.0));
        }

        var table = new Table(values, weights, places, spread: 0);
        return table.IsDecidedByChance
            ? new KappaResult(null, null, table.Observed, table.Expected, table.BaseRate, first.Length)
            : new KappaResult(table.Kappa, IntervalOf(clusters), table.Observed, table.Expected, table.BaseRate, first.Length);

        ConfidenceInterval? IntervalOf(ReadOnlySpan<int> clusters)
        {
            var spread = new Table(values, weights, places, spread: 1);
            var units = AgreementInterval.ByCluster(Array.ConvertAll(places, place => spread.InfluenceOf(place.First, place.Second)), clusters);
            return AgreementInterval.Of(table.Kappa, new Disagreement(1 - spread.Observed, 1 - spread.Expected), units, spread.Influences(), level);
        }
    }

    /// <summary>How often each pair of categories occurred.</summary>
    private sealed class Table
    {
        private readonly double[] _values;
        private readonly KappaWeights _weights;

        // What each category's weight is against the other rater's answers.
        private readonly double[] _ofRows;
        private readonly double[] _ofColumns;
        private readonly double _count;

        /// <param name="spread">Items beside those of <paramref name="places"/>, in equal parts in every pair.</param>
        public Table(double[] values, KappaWeights weights, (int First, int Second)[] places, double spread)
        {
            (_values, _weights, _count) = (values, weights, places.Length + spread);
            var (count, n) = (values.Length, places.Length + spread);
            var (rows, columns) = (new double[count], new double[count]);
            Array.Fill(rows, spread / count / n);
            Array.Fill(columns, spread / count / n);
            foreach (var (row, column) in places)
            {
                rows[row] += 1 / n;
                columns[column] += 1 / n;
                Observed += Weight(row, column) / n;
            }

            _ofRows = [.. Enumerable.Range(0, count).Select(row => Enumerable.Range(0, count).Sum(column => Weight(row, column) * columns[column]))];
            _ofColumns = [.. Enumerable.Range(0, count).Select(column => Enumerable.Range(0, count).Sum(row => Weight(row, column) * rows[row]))];
            Observed += spread == 0 ? 0 : spread / n * Pairs().Average(pair => Weight(pair.Row, pair.Column));
            Expected = Enumerable.Range(0, count).Sum(row => rows[row] * _ofRows[row]);
            BaseRate = Enumerable.Range(0, count).Max(value => (rows[value] + columns[value]) / 2);
        }

        public double Observed { get; }

        public double Expected { get; }

        public double BaseRate { get; }

        public bool IsDecidedByChance => _values.Length < 2 || 1 - Expected < 1e-12;

        public double Kappa => (Observed - Expected) / (1 - Expected);

        public Disagreement InfluenceOf(int row, int column) =>
            new((Observed - Weight(row, column)) / _count, ((2 * Expected) - _ofRows[row] - _ofColumns[column]) / _count);

        /// <summary>Of all pairs of categories.</summary>
        public IEnumerable<Disagreement> Influences() => Pairs().Select(pair => InfluenceOf(pair.Row, pair.Column));

        private IEnumerable<(int Row, int Column)> Pairs() =>
            from row in Enumerable.Range(0, _values.Length) from column in Enumerable.Range(0, _values.Length) select (row, column);

        private double Weight(int row, int column) => _weights switch
        {
            KappaWeights.None => row == column ? 1 : 0,
            KappaWeights.Linear => 1 - (Math.Abs(_values[row] - _values[column]) / (_values[^1] - _values[0])),
            KappaWeights.Quadratic => 1 - Math.Pow((_values[row] - _values[column]) / (_values[^1] - _values[0]), 2),
            _ => throw new UnreachableException($"Unhandled {_weights}"),
        };
    }
}

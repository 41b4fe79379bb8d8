namespace FunctionsEval.Statistics.Agreement;

/// <summary>Ratings by unit, each as the place of its value among all values.</summary>
internal sealed class CodedRatings
{
    // More are not needed to spread one item over, and their pairs would be many.
    private const int MostSpread = 100;

    private readonly double[] _values;
    private readonly int[][] _units;
    private readonly RatingScale _scale;

    private CodedRatings(double[] values, int[] places, int[][] units, RatingScale scale)
    {
        (_values, Places, _units, _scale) = (values, places, units, scale);
        Ratings = units.Sum(codes => codes.Length);
    }

    /// <summary>Of each unit with two ratings or more: its place among all that were given.</summary>
    public int[] Places { get; }

    public int Ratings { get; }

    public static CodedRatings Of(ReadOnlySpan<double> ratings, int raters, RatingScale scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(raters, 2);
        if (!Enum.IsDefined(scale))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be nominal, ordinal or interval.");
        }

        if (ratings.Length % raters != 0)
        {
            throw new ArgumentException($"There must be {raters} ratings a unit, but {ratings.Length} do not divide so.", nameof(ratings));
        }

        var (places, units) = (new List<int>(), new List<double[]>());
        for (var start = 0; start < ratings.Length; start += raters)
        {
            var given = new List<double>(raters);
            foreach (var rating in ratings.Slice(start, raters))
            {
                if (!double.IsNaN(rating))
                {
                    RunningMoments.Check(rating);

                    // Negative zero sorts before zero.
                    given.Add(rating + 0.0);
                }
            }

            // One rating has nothing to agree with.
            if (given.Count > 1)
            {
                places.Add(start / raters);
                units.Add([.. given]);
            }
        }

        double[] values = [.. units.SelectMany(unit => unit).Distinct().Order()];
        return new CodedRatings(values, [.. places], [.. units.Select(unit => Array.ConvertAll(unit, rating => Array.BinarySearch(values, rating)))], scale);
    }

    /// <summary>Null where all ratings are alike, or there is none.</summary>
    /// <param name="spread">Units of two ratings beside the given ones, in equal parts of every pair of values.</param>
    public Table? Agreement(int spread) => _values.Length < 2 ? null : new Table(this, spread);

    /// <summary>The disagreements of all units.</summary>
    public sealed class Table
    {
        private readonly CodedRatings _ratings;
        private readonly int[] _spread;
        private readonly double[] _positions;
        private readonly double _count;

        // Of each value: its mean distance from all ratings.
        private readonly double[] _fromAll;
        private readonly double _expected;

        public Table(CodedRatings ratings, int spread)
        {
            _ratings = ratings;
            _count = ratings.Ratings + (2.0 * spread);
            var values = ratings._values.Length;
            _spread = spread == 0 ? [] : [.. Enumerable.Range(0, Math.Min(values, MostSpread)).Select(place => (int)((long)place * values / Math.Min(values, MostSpread)))];
            var counts = new double[values];
            foreach (var code in ratings._units.SelectMany(codes => codes))
            {
                counts[code]++;
            }

            foreach (var code in _spread)
            {
                counts[code] += 2.0 * spread / _spread.Length;
            }

            _positions = ratings._scale is RatingScale.Ordinal ? Middles(counts) : ratings._values;
            _fromAll = FromAll(counts);
            _expected = counts.Zip(_fromAll, (count, distance) => count * distance).Sum() / _count;
            var within = default(CompensatedSum);
            foreach (var codes in ratings._units)
            {
                within.Add(Within(codes));
            }

            within.Add(spread == 0 ? 0 : spread * Pairs().Average(pair => Within(pair)));

            // Two ratings drawn at random are never the same one: n/(n - 1).
            Whole = new Disagreement(2 * within.Value / _count, _expected * _count / (_count - 1));
        }

        public Disagreement Whole { get; }

        public double Alpha => 1 - (Whole.Observed / Whole.Expected);

        /// <summary>The influence of each unit.</summary>
        public Disagreement[] Units() => Array.ConvertAll(_ratings._units, InfluenceOf);

        /// <summary>And of each pair that is spread.</summary>
        public IEnumerable<Disagreement> Spread() => Pairs().Select(InfluenceOf);

        // The distances of ordinal values are taken as they are: that they depend on the counts moves the interval little.
        private Disagreement InfluenceOf(int[] codes)
        {
            var expected = codes.Sum(code => _fromAll[code] - _expected);
            return new Disagreement(((2 * Within(codes)) - (codes.Length * Whole.Observed)) / _count, 2 * expected / (_count - 1));
        }

        private IEnumerable<int[]> Pairs() => from first in _spread from second in _spread select new[] { first, second };

        // The number of ratings up to the middle of each value: their differences are the ordinal distances.
        private static double[] Middles(double[] counts)
        {
            var middles = new double[counts.Length];
            for (var value = 1; value < middles.Length; value++)
            {
                middles[value] = middles[value - 1] + ((counts[value - 1] + counts[value]) / 2);
            }

            return middles;
        }

        // Each pair of a unit's ratings weighs 1/(m-1), as in the table of coincidences.
        private double Within(int[] codes)
        {
            var sum = 0.0;
            for (var first = 0; first < codes.Length; first++)
            {
                for (var second = 0; second < first; second++)
                {
                    var apart = _positions[codes[first]] - _positions[codes[second]];
                    sum += _ratings._scale is RatingScale.Nominal ? codes[first] == codes[second] ? 0 : 1 : apart * apart;
                }
            }

            return sum / (codes.Length - 1);
        }

        private double[] FromAll(double[] counts)
        {
            if (_ratings._scale is RatingScale.Nominal)
            {
                return Array.ConvertAll(counts, count => 1 - (count / _count));
            }

            var mean = counts.Zip(_positions, (count, position) => count * position / _count).Sum();
            var variance = counts.Zip(_positions, (count, position) => count * (position - mean) * (position - mean)).Sum() / _count;
            return Array.ConvertAll(_positions, position => ((position - mean) * (position - mean)) + variance);
        }
    }
}

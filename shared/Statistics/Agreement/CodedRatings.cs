namespace FunctionsEval.Statistics.Agreement;

/// <summary>Ratings by unit, each as the place of its value among all values, so that alpha of many resamples needs no search.</summary>
internal sealed class CodedRatings
{
    private readonly double[] _values;
    private readonly (int Place, int[] Codes)[] _units;
    private readonly RatingScale _scale;
    private readonly double[] _within;

    private CodedRatings(double[] values, (int Place, int[] Codes)[] units, RatingScale scale)
    {
        (_values, _units, _scale) = (values, units, scale);

        // Only ordinal distances depend on which units are drawn.
        _within = scale is RatingScale.Ordinal ? [] : Array.ConvertAll(units, unit => Within(unit.Codes, values));
        Ratings = units.Sum(unit => unit.Codes.Length);
    }

    /// <summary>With two ratings or more.</summary>
    public int Units => _units.Length;

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

        var units = new List<(int Place, double[] Ratings)>();
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
                units.Add((start / raters, [.. given]));
            }
        }

        double[] values = [.. units.SelectMany(unit => unit.Ratings).Distinct().Order()];
        return new CodedRatings(values, [.. units.Select(unit => (unit.Place, Array.ConvertAll(unit.Ratings, rating => Array.BinarySearch(values, rating))))], scale);
    }

    /// <summary>The place of a unit among all that were given.</summary>
    public int PlaceOf(int unit) => _units[unit].Place;

    /// <summary>NaN where all ratings of these units are alike, or there is none.</summary>
    /// <param name="units">Any of them, some perhaps several times.</param>
    public double Alpha(IReadOnlyList<int> units)
    {
        var (counts, n) = (new double[_values.Length], 0);
        for (var place = 0; place < units.Count; place++)
        {
            foreach (var code in _units[units[place]].Codes)
            {
                counts[code]++;
                n++;
            }
        }

        var places = _scale is RatingScale.Ordinal ? Middles(counts) : _values;
        var expected = Pairs(counts, places);
        if (expected <= 0)
        {
            return double.NaN;
        }

        var within = default(CompensatedSum);
        for (var place = 0; place < units.Count; place++)
        {
            within.Add(_scale is RatingScale.Ordinal ? Within(_units[units[place]].Codes, places) : _within[units[place]]);
        }

        return 1 - ((n - 1) * within.Value / expected);
    }

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
    private double Within(int[] codes, double[] places)
    {
        var sum = 0.0;
        for (var first = 0; first < codes.Length; first++)
        {
            for (var second = 0; second < first; second++)
            {
                var apart = places[codes[first]] - places[codes[second]];
                sum += _scale is RatingScale.Nominal ? codes[first] == codes[second] ? 0 : 1 : apart * apart;
            }
        }

        return sum / (codes.Length - 1);
    }

    // The distances of all pairs: n·Σ(x - mean)² of squared differences, and what equal pairs leave of n².
    private double Pairs(double[] counts, double[] places)
    {
        var n = counts.Sum();
        if (_scale is RatingScale.Nominal)
        {
            return ((n * n) - counts.Sum(count => count * count)) / 2;
        }

        var (mean, squares) = (0.0, 0.0);
        for (var value = 0; value < counts.Length; value++)
        {
            mean += counts[value] * places[value] / n;
        }

        for (var value = 0; value < counts.Length; value++)
        {
            squares += counts[value] * (places[value] - mean) * (places[value] - mean);
        }

        // All of one value, but for roundings.
        return counts.Count(count => count > 0) < 2 ? 0 : n * squares;
    }
}

namespace FunctionsEval.Statistics.Agreement;

/// <summary>What the distance of two ratings means.</summary>
public enum RatingScale
{
    /// <summary>The same or not.</summary>
    Nominal,

    /// <summary>How many ratings lie between them.</summary>
    Ordinal,

    /// <summary>Their difference, squared.</summary>
    Interval,
}

/// <summary>
/// Agreement of any number of raters, some of whose ratings may be missing: 1 - D_o/D_e, the disagreement within items over that of
/// ratings drawn at random. Krippendorff (2018), Content Analysis, 4th edition, chapter 12.
/// </summary>
public static class KrippendorffsAlpha
{
    /// <summary>Null when no item has two ratings, or when all ratings are alike: then nothing can be told from chance.</summary>
    /// <param name="ratings">All ratings of the first item, then those of the second, and so on; NaN where one is missing.</param>
    public static double? Of(ReadOnlySpan<double> ratings, int raters, RatingScale scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(raters, 2);
        if (ratings.Length % raters != 0)
        {
            throw new ArgumentException($"There must be {raters} ratings an item, but {ratings.Length} do not divide so.", nameof(ratings));
        }

        var items = ItemsOf(ratings, raters);
        var values = items.SelectMany(item => item).Distinct().Order().ToArray();
        var counts = new double[values.Length];
        foreach (var rating in items.SelectMany(item => item))
        {
            counts[Array.BinarySearch(values, rating)]++;
        }

        // The number of ratings up to the middle of each value: their differences are the ordinal distances.
        var middles = new double[values.Length];
        for (var value = 1; value < values.Length; value++)
        {
            middles[value] = middles[value - 1] + ((counts[value - 1] + counts[value]) / 2);
        }

        var places = scale is RatingScale.Ordinal ? middles : values;
        var expected = Expected(counts, places, scale);
        return expected > 0 ? 1 - ((counts.Sum() - 1) * Observed(items, values, places, scale) / expected) : null;
    }

    private static List<double[]> ItemsOf(ReadOnlySpan<double> ratings, int raters)
    {
        var items = new List<double[]>();
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
                items.Add([.. given]);
            }
        }

        return items;
    }

    private static double Observed(List<double[]> items, double[] values, double[] places, RatingScale scale)
    {
        var sum = default(CompensatedSum);
        foreach (var item in items)
        {
            var itemPlaces = Array.ConvertAll(item, rating => places[Array.BinarySearch(values, rating)]);
            for (var first = 0; first < item.Length; first++)
            {
                for (var second = 0; second < first; second++)
                {
                    sum.Add(Distance(itemPlaces[first], itemPlaces[second], scale) / (item.Length - 1));
                }
            }
        }

        return sum.Value;
    }

    private static double Expected(double[] counts, double[] places, RatingScale scale)
    {
        var sum = default(CompensatedSum);
        for (var first = 0; first < counts.Length; first++)
        {
            for (var second = 0; second < first; second++)
            {
                sum.Add(counts[first] * counts[second] * Distance(places[first], places[second], scale));
            }
        }

        return sum.Value;
    }

    private static double Distance(double first, double second, RatingScale scale) => scale switch
    {
        RatingScale.Nominal => first.Equals(second) ? 0 : 1,
        RatingScale.Ordinal or RatingScale.Interval => (first - second) * (first - second),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be nominal, ordinal or interval."),
    };
}

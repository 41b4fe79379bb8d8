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

/// <param name="Interval">Null with one unit.</param>
/// <param name="Units">With two ratings or more: the others have nothing to agree with.</param>
public sealed record AlphaResult(double Alpha, ConfidenceInterval? Interval, int Units, int Ratings);

/// <summary>
/// Agreement of any number of raters, some of whose ratings may be missing: 1 - D_o/D_e, the disagreement within units over that of
/// ratings drawn at random. Krippendorff (2018), Content Analysis, 4th edition, chapter 12. Its interval is over whole units (or clusters of them): Gwet (2014),
/// Handbook of Inter-Rater Reliability, chapter 5, on why not over pairs of ratings; <see cref="AgreementInterval"/> says how.
/// </summary>
public static class KrippendorffsAlpha
{
    /// <summary>Null when no unit has two ratings, or when all ratings are alike: then nothing can be told from chance.</summary>
    /// <param name="ratings">All ratings of the first unit, then those of the second, and so on; NaN where one is missing.</param>
    public static double? Of(ReadOnlySpan<double> ratings, int raters, RatingScale scale) => CodedRatings.Of(ratings, raters, scale).Agreement(spread: 0)?.Alpha;

    /// <summary>With its interval; null as above.</summary>
    /// <param name="clusters">One label a unit, any numbers. Empty when all stand alone.</param>
    public static AlphaResult? Of(ReadOnlySpan<double> ratings, int raters, RatingScale scale, ReadOnlySpan<int> clusters, double level)
    {
        ConfidenceInterval.CheckLevel(level);
        var coded = CodedRatings.Of(ratings, raters, scale);
        if (!clusters.IsEmpty)
        {
            ArgumentRules.CheckSameLength(ratings.Length / raters, clusters.Length, nameof(clusters));
        }

        if (coded.Agreement(spread: 0) is not { } agreement)
        {
            return null;
        }

        int[] labels = [.. clusters];
        int[] ofUnits = labels.Length == 0 ? [] : [.. coded.Places.Select(place => labels[place])];
        var table = coded.Agreement(spread: 1)!;
        var interval = AgreementInterval.Of(agreement.Alpha, table.Whole, AgreementInterval.ByCluster(table.Units(), ofUnits), table.Spread(), level);
        return new AlphaResult(agreement.Alpha, interval, coded.Places.Length, coded.Ratings);
    }
}

using FunctionsEval.Statistics.Resampling;

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

/// <param name="Interval">From resampled units; null with one unit, or where most resamples hold one value only.</param>
/// <param name="Units">With two ratings or more: the others have nothing to agree with.</param>
public sealed record AlphaResult(double Alpha, ConfidenceInterval? Interval, int Units, int Ratings);

/// <summary>
/// Agreement of any number of raters, some of whose ratings may be missing: 1 - D_o/D_e, the disagreement within units over that of
/// ratings drawn at random. Krippendorff (2018), Content Analysis, 4th edition, chapter 12. Its interval is of whole units (or clusters of them) drawn again,
/// both disagreements anew: Gwet (2014), Handbook of Inter-Rater Reliability, chapter 5, on why units and not pairs of ratings are drawn.
/// </summary>
public static class KrippendorffsAlpha
{
    private const int Replicates = 1_000;

    /// <summary>Null when no unit has two ratings, or when all ratings are alike: then nothing can be told from chance.</summary>
    /// <param name="ratings">All ratings of the first unit, then those of the second, and so on; NaN where one is missing.</param>
    public static double? Of(ReadOnlySpan<double> ratings, int raters, RatingScale scale)
    {
        var coded = CodedRatings.Of(ratings, raters, scale);
        return coded.Alpha([.. Enumerable.Range(0, coded.Units)]) is var alpha && double.IsNaN(alpha) ? null : alpha;
    }

    /// <summary>With its interval; null as above.</summary>
    /// <param name="clusters">One label a unit, any numbers: those of one cluster are drawn together. Empty when all stand alone.</param>
    public static AlphaResult? Of(ReadOnlySpan<double> ratings, int raters, RatingScale scale, ReadOnlySpan<int> clusters, double level, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ConfidenceInterval.CheckLevel(level);
        var coded = CodedRatings.Of(ratings, raters, scale);
        if (!clusters.IsEmpty)
        {
            ArgumentRules.CheckSameLength(ratings.Length / raters, clusters.Length, nameof(clusters));
        }

        int[] labels = [.. clusters];
        var blocks = Enumerable.Range(0, coded.Units)
            .GroupBy(unit => labels.Length == 0 ? unit : labels[coded.PlaceOf(unit)], (_, units) => units.ToArray()).ToArray();
        var alpha = coded.Alpha([.. Enumerable.Range(0, coded.Units)]);
        return double.IsNaN(alpha) ? null : new AlphaResult(alpha, IntervalOf(alpha, coded, blocks, level, random), coded.Units, coded.Ratings);
    }

    private static ConfidenceInterval? IntervalOf(double alpha, CodedRatings coded, int[][] blocks, double level, Random random)
    {
        if (blocks.Length < 2)
        {
            return null;
        }

        // Perfect so far: a share of units as large as Wilson's interval allows may still be rated at random.
        if (alpha.Equals(1.0))
        {
            return new ConfidenceInterval(1 - WilsonInterval.OfProportion(0, blocks.Length, level)!.Upper, 1, level);
        }

        var drawn = Replications.Run(Replicates, 4L * coded.Ratings, random, stream =>
        {
            var sample = new List<int>(coded.Units + 8);
            for (var block = 0; block < blocks.Length; block++)
            {
                sample.AddRange(blocks[stream.Next(blocks.Length)]);
            }

            return coded.Alpha(sample);
        });

        // A resample of one value only says nothing; where many do, the values are too few.
        double[] told = [.. drawn.Where(value => !double.IsNaN(value)).Order()];
        var outside = (int)Math.Floor((1 - level) / 2 * told.Length);
        return told.Length < Replicates / 2 ? null : new ConfidenceInterval(told[outside], told[^(outside + 1)], level);
    }
}

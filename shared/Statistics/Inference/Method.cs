using System.Globalization;
using MathNet.Numerics.Statistics;

namespace FunctionsEval.Statistics.Inference;

/// <summary>The test that a declared design calls for, with the words that a reader is told.</summary>
/// <param name="Assumption">What it rests on beside random scenarios; null where nothing needs saying.</param>
/// <param name="IsSkewed">Sums of so few units are skewed themselves, so that plain intervals reach too far on one side and not far enough on the other.</param>
internal sealed record Method(Tails Tails, UnitSums Units, string Name, string? Assumption, bool IsSkewed)
{
    /// <summary>From so many units on their signs are flipped; below, the t test of their means loses less and assumes more.</summary>
    public const int FewUnits = 10;

    // Skewness of the units, and of their mean: beyond both a t interval of 95% misses more than 7% (simulated, docs/statistics.md).
    private const double SkewUnits = 0.65;
    private const double SkewMean = 0.1;
    private const int MostBootstrapped = 1_000;

    // A cluster so many times as large as another one has a mean that comes in so many times finer steps.
    private const double Uneven = 2;

    /// <summary>
    /// Pass or fail of two variants, one sample, no clusters: <see cref="PassRateTails"/>, from ten units on with McNemar's mid-p. Else signs are flipped from ten units on, and below it is the t test of
    /// their means. Two tests may come beside that one by what the values are, and the larger p-value counts, so that they only ever widen an interval: where the scale has ends and half of the units
    /// are the same number, that of the likeliest scores (signs alone would end at the smallest unit seen when seven of twelve have it, though lower ones may come); and where ten units or more
    /// are skewed, the bootstrap-t. <see cref="Name"/> says which.
    /// </summary>
    /// <param name="units">Two or more.</param>
    /// <param name="ends">The smallest and largest value of a unit that its scale allows; null when unknown.</param>
    /// <param name="isDifference">Of two variants: then what was seen on one side of 0 may come on the other.</param>
    /// <param name="replicates">Of a bootstrap.</param>
    public static Method Of(
        ScoreScale scale,
        int samplesPerItem,
        bool isClustered,
        UnitSums units,
        (double Min, double Max)? ends,
        bool isDifference,
        Random random,
        int replicates = BootstrapTails.Replicates)
    {
        var isFew = units.Count < FewUnits;
        var once = isFew ? units.EachOnce() : units;
        if (scale.Kind == ScoreKind.PassOrFail && samplesPerItem == 1 && !isClustered && isDifference)
        {
            return OfPassOrFail(units, isFew);
        }

        var unit = isClustered ? "cluster" : "scenario";
        Tails tails = isFew ? new StudentTails(units) : new SignFlips(units);
        var name = isFew ? $"t test of {unit} means" : $"sign flips by {unit}";
        var assumption = isFew
            ? string.Create(CultureInfo.InvariantCulture, $"With {units.Count} {unit}s it holds if their {(isDifference ? "differences" : "means")} are roughly normal.{(isClustered ? " Each cluster counts once." : "")}")
            : null;
        var values = Values(once);
        var center = isDifference ? 0 : once.Mean;

        // Both only make a p-value larger: the scores may call for caution, never for a bolder test.
        if (ends is { } known && HalfAreAlike(values))
        {
            var reach = values.Max(value => Math.Abs(value - center));

            // Where none differs, a whole unit may still: that it was not seen is all that is known. Beside the mean of a large cluster that of a small one may come out further away
            // than any that was seen, a single scenario as any score.
            var unseen = reach <= 1e-9 * scale.Range!.Value ? scale.Range.Value
                : isFew && isClustered && units.Sizes.Max() >= Uneven * units.Sizes.Min() ? scale.Range.Value / Math.Sqrt(units.Sizes.Min())
                : 0;
            reach = Math.Max(reach, unseen);
            tails = new LargerOf(tails, new TiltedTails(once, Math.Max(known.Min, center - reach), Math.Min(known.Max, center + reach), isWhole: scale.Kind == ScoreKind.PassOrFail));
            name += " and, as most do not differ, test of the likeliest scores: the larger p-value";
        }

        var isSkewed = IsSkewedMean(values, values.Length);
        if (isSkewed && !isFew && !isClustered && units.Count <= MostBootstrapped)
        {
            tails = new LargerOf(tails, new BootstrapTails(units, random, replicates));
            name += " and, as they are skewed, bootstrap-t: the larger p-value";
        }

        return new Method(tails, once, name, assumption, isSkewed);
    }

    /// <summary>Of two variants with one sample, by the items that only one of them passes.</summary>
    public static Tails OfPassOrFail(int onlyFirst, int onlySecond, int items) => items > PassRateTails.MostItems
        ? throw new ArgumentOutOfRangeException(nameof(items), items, $"Outcomes of more than {PassRateTails.MostItems} items are not counted.")
        : OfPassOrFail(UnitSums.Of([.. Enumerable.Repeat(1.0, onlyFirst), .. Enumerable.Repeat(-1.0, onlySecond), .. Enumerable.Repeat(0.0, items - onlyFirst - onlySecond)], []), items < FewUnits).Tails;

    private static Method OfPassOrFail(UnitSums units, bool isFew)
    {
        var values = Values(units);
        var (first, second) = (values.Count(value => value > 0.5), values.Count(value => value < -0.5));
        Tails exact = units.Count <= PassRateTails.MostItems ? new PassRateTails(first, second, units.Count) : new TiltedTails(units, -1, 1, isWhole: false);
        return isFew
            ? new Method(exact, units, "exact score test of paired pass rates", null, IsSkewed: false)
            : new Method(new LargerOf(new SignFlips(units), exact), units, "score test of paired pass rates and McNemar's mid-p test, the larger p-value", null, IsSkewed: false);
    }

    private static double[] Values(UnitSums units)
    {
        var values = new double[units.Count];
        for (var unit = 0; unit < values.Length; unit++)
        {
            values[unit] = units.Mean + (units.Deviations[unit] / units.Sizes[unit]);
        }

        return values;
    }

    // A value that half of them have is one of the two in the middle.
    private static bool HalfAreAlike(double[] values)
    {
        var copy = (double[])values.Clone();
        var largest = values.Max(Math.Abs);
        var (lower, upper) = (ArrayStatistics.OrderStatisticInplace(copy, (values.Length + 1) / 2), ArrayStatistics.OrderStatisticInplace(copy, (values.Length / 2) + 1));
        return Count(lower) * 2 >= values.Length || Count(upper) * 2 >= values.Length;

        int Count(double value) => values.Count(other => Math.Abs(other - value) <= 1e-9 * largest);
    }

    /// <summary>Whether the mean of so many units is skewed, if they are as these.</summary>
    public static bool IsSkewedMean(double[] values, int units)
    {
        var moments = RunningMoments.Of(values);
        if (values.Length < 3 || moments.Range == 0)
        {
            return false;
        }

        var (cubes, spread) = (0.0, moments.StandardDeviation);
        foreach (var value in values)
        {
            var z = (value - moments.Mean) / spread;
            cubes += z * z * z / values.Length;
        }

        return Math.Abs(cubes) > SkewUnits && Math.Abs(cubes) > SkewMean * Math.Sqrt(units);
    }
}

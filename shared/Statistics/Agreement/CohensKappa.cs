namespace FunctionsEval.Statistics.Agreement;

/// <param name="Kappa">Null when chance alone would have them agree always: both use one and the same category.</param>
/// <param name="LargestShare">Of the most common category in both raters' answers; a high one makes kappa low even where they agree.</param>
public sealed record KappaResult(double? Kappa, double ObservedAgreement, double ExpectedAgreement, double LargestShare, int Count);

/// <summary>Agreement of two raters beyond chance: (p_o - p_e)/(1 - p_e). Cohen (1960), doi:10.1177/001316446002000104. Null without
/// items.</summary>
public static class CohensKappa
{
    /// <param name="first">The category of each item; any numbers.</param>
    public static KappaResult? Of(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        if (first.IsEmpty)
        {
            return null;
        }

        var counts = new Dictionary<int, (int First, int Second)>();
        var same = 0;
        for (var item = 0; item < first.Length; item++)
        {
            same += first[item] == second[item] ? 1 : 0;
            var (a, b) = counts.GetValueOrDefault(first[item]);
            counts[first[item]] = (a + 1, b);
            (a, b) = counts.GetValueOrDefault(second[item]);
            counts[second[item]] = (a, b + 1);
        }

        double n = first.Length;
        var observed = same / n;
        var expected = counts.Values.Sum(count => (double)count.First * count.Second) / (n * n);
        double? kappa = expected == 1 ? null : (observed - expected) / (1 - expected);
        return new KappaResult(kappa, observed, expected, counts.Values.Max(count => count.First + count.Second) / (2 * n), first.Length);
    }
}

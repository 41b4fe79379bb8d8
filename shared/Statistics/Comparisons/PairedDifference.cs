namespace FunctionsEval.Statistics.Comparisons;

/// <summary>
/// First minus second variant on the same items: the mean of d_i = a_i - b_i, whose spread leaves out what makes an item hard for both.
/// Its SE is √(SE_A² + SE_B² - 2ρ·SE_A·SE_B); Miller (2024), arXiv:2411.00640, section 4. With several samples an item, give item means.
/// Null below two items, or two clusters.
/// </summary>
public static class PairedDifference
{
    public static MeanEstimate? Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second) =>
        ClusteredMean.Of(Differences(first, second));

    /// <param name="clusters">The cluster of each item; any numbers.</param>
    public static MeanEstimate? Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<int> clusters) =>
        ClusteredMean.Of(Differences(first, second), clusters);

    public static double[] Differences(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        var differences = new double[first.Length];
        for (var item = 0; item < first.Length; item++)
        {
            differences[item] = first[item] - second[item];
        }

        return differences;
    }
}

namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// The independent units of a mean: clusters, or items where each stands alone, each with the sum of its values and how many they are. Sums
/// are kept as deviations from the mean of all values, so that a common level of 1e12 costs no digits of the spread.
/// </summary>
internal sealed class UnitSums
{
    private UnitSums(double mean, double[] deviations, double[] sizes, int values)
    {
        Mean = mean;
        Deviations = deviations;
        Sizes = sizes;
        Values = values;
    }

    /// <summary>Of all values, each with the same weight; NaN without values.</summary>
    public double Mean { get; }

    /// <summary>Of each unit: the sum of its values, less <see cref="Mean"/> for each of them.</summary>
    public double[] Deviations { get; }

    public double[] Sizes { get; }

    public int Values { get; }

    public int Count => Sizes.Length;

    /// <param name="clusters">The cluster of each value, any numbers; empty when each value stands alone.</param>
    public static UnitSums Of(ReadOnlySpan<double> values, ReadOnlySpan<int> clusters)
    {
        var mean = MeanOf(values);
        if (clusters.IsEmpty)
        {
            var deviations = new double[values.Length];
            var ones = new double[values.Length];
            for (var value = 0; value < values.Length; value++)
            {
                deviations[value] = values[value] - mean;
                ones[value] = 1;
            }

            return new UnitSums(mean, deviations, ones, values.Length);
        }

        ArgumentRules.CheckSameLength(values.Length, clusters.Length, nameof(clusters));
        var index = ClusterIndex.Of(clusters);
        var centred = new double[values.Length];
        for (var value = 0; value < values.Length; value++)
        {
            centred[value] = values[value] - mean;
        }

        return new UnitSums(mean, index.SumsOf(centred), Array.ConvertAll(index.Sizes(), size => (double)size), values.Length);
    }

    /// <summary>Each unit once, by the mean of its values: what a unit says does not depend on how many values it has.</summary>
    public UnitSums EachOnce()
    {
        var means = new double[Count];
        for (var unit = 0; unit < means.Length; unit++)
        {
            means[unit] = Deviations[unit] / Sizes[unit];
        }

        var shift = MeanOf(means);
        return new UnitSums(Mean + shift, Array.ConvertAll(means, mean => mean - shift), Array.ConvertAll(means, _ => 1.0), Values);
    }

    // Around the first value: the sum of a common level would lose the digits that tell values apart.
    private static double MeanOf(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            return double.NaN;
        }

        var sum = default(CompensatedSum);
        foreach (var value in values)
        {
            RunningMoments.Check(value);
            sum.Add(value - values[0]);
        }

        return values[0] + (sum.Value / values.Length);
    }
}

namespace FunctionsEval.Statistics.Resampling;

/// <summary>
/// Resamples items, then the samples inside each: the mean of item means. An item's mean already carries the noise of its samples, so
/// that noise counts almost twice and the interval is wider than promised; resampling items alone is right for a mean. Davison and
/// Hinkley (1997), doi:10.1017/CBO9780511802843, section 3.8. Null below two items.
/// </summary>
public static class BootstrapSamples
{
    /// <param name="samples">The samples of the first item, then those of the second, and so on.</param>
    /// <param name="counts">How many samples each item has; at least one.</param>
    public static BootstrapEstimate? OfMean(ReadOnlySpan<double> samples, ReadOnlySpan<int> counts, BootstrapOptions options, Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        var starts = StartsOf(samples, counts);
        var means = new double[counts.Length];
        for (var item = 0; item < means.Length; item++)
        {
            means[item] = RunningMoments.Of(samples[starts[item]..starts[item + 1]]).Mean;
        }

        if (means.Length < 2)
        {
            return null;
        }

        var mean = RunningMoments.Of(means).Mean;
        var deviations = Array.ConvertAll(samples.ToArray(), sample => sample - mean);
        var replicates = Replications.Run(options.Replicates, samples.Length, random, stream => mean + Draw(stream, deviations, starts));
        return BootstrapSummary.Of(mean, replicates, Array.ConvertAll(means, left => mean - ((left - mean) / (means.Length - 1))), options);
    }

    private static double Draw(SeededStream stream, double[] deviations, int[] starts)
    {
        var items = starts.Length - 1;
        var sum = 0.0;
        for (var draw = 0; draw < items; draw++)
        {
            var item = stream.Next(items);
            var count = starts[item + 1] - starts[item];
            var inside = 0.0;
            for (var sample = 0; sample < count; sample++)
            {
                inside += deviations[starts[item] + stream.Next(count)];
            }

            sum += inside / count;
        }

        return sum / items;
    }

    private static int[] StartsOf(ReadOnlySpan<double> samples, ReadOnlySpan<int> counts)
    {
        var starts = new int[counts.Length + 1];
        for (var item = 0; item < counts.Length; item++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(counts[item], nameof(counts));
            starts[item + 1] = checked(starts[item] + counts[item]);
        }

        return starts[^1] == samples.Length
            ? starts
            : throw new ArgumentException($"counts add up to {starts[^1]} samples, but there are {samples.Length}.", nameof(counts));
    }
}

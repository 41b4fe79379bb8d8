namespace FunctionsEval.Statistics.Resampling;

/// <summary>Bootstrap of any statistic of items that stand alone: a median, a quantile, a share. Efron (1979),
/// doi:10.1214/aos/1176344552. BCa asks for the statistic once without each item. Null below two items.</summary>
public static class BootstrapStatistic
{
    /// <param name="statistic">Pure, and finite for every resample; called on several threads at once.</param>
    public static BootstrapEstimate? OfItems(
        ReadOnlySpan<double> values, Func<ReadOnlySpan<double>, double> statistic, BootstrapOptions options, Random random)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        if (values.Length < 2)
        {
            return null;
        }

        var items = values.ToArray();
        var replicates = Replications.Run(options.Replicates, items.Length, random, stream =>
        {
            var resample = new double[items.Length];
            for (var draw = 0; draw < resample.Length; draw++)
            {
                resample[draw] = items[stream.Next(items.Length)];
            }

            return statistic(resample);
        });
        var (estimate, leftOut) = (statistic(items), LeftOut(items, statistic));
        CheckFinite(estimate, nameof(statistic));
        Array.ForEach(replicates, value => CheckFinite(value, nameof(statistic)));
        Array.ForEach(leftOut, value => CheckFinite(value, nameof(statistic)));
        return BootstrapSummary.Of(estimate, replicates, leftOut, options);
    }

    private static void CheckFinite(double value, string name)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException($"The statistic must be finite for every resample, but once was {value}.", name);
        }
    }

    private static double[] LeftOut(double[] items, Func<ReadOnlySpan<double>, double> statistic)
    {
        var leftOut = new double[items.Length];
        var others = items.AsSpan(1).ToArray();
        for (var item = 0; item < items.Length; item++)
        {
            leftOut[item] = statistic(others);
            if (item < others.Length)
            {
                others[item] = items[item];
            }
        }

        return leftOut;
    }
}

using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Resampling;

/// <summary>Turns replicates into an interval; Davison and Hinkley (1997), doi:10.1017/CBO9780511802843, chapter 5.</summary>
public static class BootstrapInterval
{
    /// <summary>The α/2 and 1-α/2 quantiles, at position p·(B+1) of the sorted replicates (R's type 6).</summary>
    public static ConfidenceInterval Percentile(ReadOnlySpan<double> replicates, double level)
    {
        ConfidenceInterval.CheckLevel(level);
        var sorted = Sorted(replicates);
        return new ConfidenceInterval(Quantile(sorted, (1 - level) / 2), Quantile(sorted, (1 + level) / 2), level);
    }

    /// <summary>
    /// The quantiles at Φ(z0 + (z0 + z)/(1 - a·(z0 + z))): z0 from the share of replicates below the estimate (ties count half), a from
    /// the third moment of the leave-one-out values.
    /// </summary>
    /// <param name="leftOut">The estimate without each unit in turn.</param>
    public static ConfidenceInterval Bca(ReadOnlySpan<double> replicates, double estimate, ReadOnlySpan<double> leftOut, double level)
    {
        ConfidenceInterval.CheckLevel(level);
        var sorted = Sorted(replicates);
        var bias = Bias(sorted, estimate);
        var acceleration = Acceleration(leftOut);
        var z = Normal.InvCDF(0, 1, (1 + level) / 2);
        return new ConfidenceInterval(Quantile(sorted, Corrected(-z)), Quantile(sorted, Corrected(z)), level);

        double Corrected(double end)
        {
            var shrink = 1 - (acceleration * (bias + end));
            return shrink > 0 ? Normal.CDF(0, 1, bias + ((bias + end) / shrink)) : end > 0 ? 1 : 0;
        }
    }

    private static double[] Sorted(ReadOnlySpan<double> replicates)
    {
        if (replicates.IsEmpty)
        {
            throw new ArgumentException("There must be at least one replicate.", nameof(replicates));
        }

        var sorted = replicates.ToArray();
        Array.Sort(sorted);
        return double.IsNaN(sorted[0]) || double.IsInfinity(sorted[0]) || double.IsInfinity(sorted[^1])
            ? throw new ArgumentException("Every replicate must be finite.", nameof(replicates))
            : sorted;
    }

    private static double Quantile(double[] sorted, double probability)
    {
        var position = (probability * (sorted.Length + 1)) - 1;
        var below = (int)Math.Clamp(Math.Floor(position), 0, sorted.Length - 1);
        var above = Math.Min(below + 1, sorted.Length - 1);
        var part = Math.Clamp(position - below, 0, 1);
        return sorted[below] + (part * (sorted[above] - sorted[below]));
    }

    private static double Bias(double[] sorted, double estimate)
    {
        // Equal sums differ by rounding when their terms come in another order.
        var rounding = 1e-12 * (sorted[^1] - sorted[0]);
        var (below, same) = (0, 0);
        foreach (var replicate in sorted)
        {
            below += replicate < estimate - rounding ? 1 : 0;
            same += Math.Abs(replicate - estimate) <= rounding ? 1 : 0;
        }

        // All on one side would be an infinite correction.
        var share = (below + (same / 2.0)) / sorted.Length;
        return Normal.InvCDF(0, 1, Math.Clamp(share, 0.5 / sorted.Length, 1 - (0.5 / sorted.Length)));
    }

    private static double Acceleration(ReadOnlySpan<double> leftOut)
    {
        var mean = RunningMoments.Of(leftOut).Mean;
        var (squares, cubes) = (0.0, 0.0);
        foreach (var value in leftOut)
        {
            var deviation = mean - value;
            squares += deviation * deviation;
            cubes += deviation * deviation * deviation;
        }

        var scale = 6 * Math.Pow(squares, 1.5);
        return scale > 0 ? cubes / scale : 0;
    }
}

namespace FunctionsEval.Statistics.Resampling;

internal static class BootstrapSummary
{
    internal static BootstrapEstimate Of(double estimate, double[] replicates, double[] leftOut, BootstrapOptions options) => new(
        estimate,
        RunningMoments.Of(replicates).StandardDeviation,
        options.Method is BootstrapMethod.Bca
            ? BootstrapInterval.Bca(replicates, estimate, leftOut, options.Level)
            : BootstrapInterval.Percentile(replicates, options.Level),
        leftOut.Length,
        options);
}

namespace FunctionsEval.Statistics.Resampling;

/// <param name="StandardError">The standard deviation of the replicates.</param>
/// <param name="Units">What was resampled: items or clusters.</param>
public sealed record BootstrapEstimate(
    double Estimate, double StandardError, ConfidenceInterval Interval, int Units, BootstrapOptions Options);

namespace FunctionsEval.Statistics.Comparisons;

/// <summary>A mean, or a mean difference, with its standard error and a t distribution over clusters.</summary>
/// <param name="Clusters">The number of independent units: clusters, or items where each stands alone.</param>
/// <param name="EffectiveClusters">n²/Σm_c², the clusters that would weigh as much if all had one size. Where it is small the standard
/// error is too, and the interval covers less than it says: Carter, Schnepel and Steigerwald (2017), doi:10.1162/REST_a_00639.</param>
public sealed record MeanEstimate(double Mean, double StandardError, int Items, int Clusters, double EffectiveClusters)
{
    public int DegreesOfFreedom => Clusters - 1;

    /// <summary>Mean ± t(1-α/2, Clusters-1)·SE.</summary>
    public ConfidenceInterval Interval(double level)
    {
        var margin = StudentT.CriticalValue(DegreesOfFreedom, level) * StandardError;
        return new ConfidenceInterval(Mean - margin, Mean + margin, level);
    }

    /// <summary>The two-sided p-value of the hypothesis that the mean is <paramref name="expected"/>. Without any spread it is 1 when the
    /// mean is exactly that, and 0 otherwise.</summary>
    public double PValue(double expected) => 2 * Math.Min(0.5, Tail(-Math.Abs(Mean - expected)));

    /// <summary>The p-value of the hypothesis that the mean is at most <paramref name="bound"/>: small when it is above.</summary>
    public double PValueAbove(double bound) => Tail(bound - Mean);

    /// <summary>The p-value of the hypothesis that the mean is at least <paramref name="bound"/>: small when it is below.</summary>
    public double PValueBelow(double bound) => Tail(Mean - bound);

    private double Tail(double distance) => (distance, StandardError) switch
    {
        (0, _) => 0.5,
        (_, 0) => distance < 0 ? 0 : 1,
        _ => MathNet.Numerics.Distributions.StudentT.CDF(0, 1, DegreesOfFreedom, distance / StandardError),
    };
}

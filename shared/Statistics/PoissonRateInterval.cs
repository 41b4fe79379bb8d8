using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics;

/// <summary>Exact interval of how many events a unit of time brings, from those that were counted: Garwood (1936), doi:10.1093/biomet/28.3-4.437.</summary>
public static class PoissonRateInterval
{
    public static ConfidenceInterval OfRate(long events, double time, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(time);
        ConfidenceInterval.CheckLevel(level);
        return new ConfidenceInterval(
            events == 0 ? 0 : Gamma.InvCDF(events, 1, (1 - level) / 2) / time, Gamma.InvCDF(events + 1, 1, (1 + level) / 2) / time, level);
    }
}

using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Sequential;

/// <summary>How much of the error rate may be spent by a look: Lan and DeMets (1983), doi:10.1093/biomet/70.3.659.</summary>
public enum AlphaSpending
{
    /// <summary>Little early, so that the last look is nearly that of a plan without looks: 4 - 4Φ(z(α/4)/√t).</summary>
    OBrienFleming,

    /// <summary>Evenly, so that large effects end early and the last look is dearer: α·ln(1 + (e - 1)t).</summary>
    Pocock,
}

internal static class AlphaSpendingFunctions
{
    /// <param name="fraction">Of the planned information, from 0 to 1.</param>
    /// <param name="alpha">Two-sided.</param>
    internal static double Spent(this AlphaSpending spending, double fraction, double alpha) => spending switch
    {
        _ when fraction <= 0 => 0,
        _ when fraction >= 1 => alpha,
        AlphaSpending.OBrienFleming => 4 * Normal.CDF(0, 1, Normal.InvCDF(0, 1, alpha / 4) / Math.Sqrt(fraction)),
        AlphaSpending.Pocock => alpha * Math.Log(1 + ((Math.E - 1) * fraction)),
        _ => throw new ArgumentOutOfRangeException(nameof(spending), spending, "The spending must be that of O'Brien and Fleming or of Pocock."),
    };
}

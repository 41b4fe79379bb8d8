using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Planning;

/// <summary>
/// How large a variance may really be that a pilot found: its upper confidence limit f·s²/χ²(1-level, f), for normal values. Planning by it keeps
/// the wanted power in as many pilots as the level says: Browne (1995), doi:10.1002/sim.4780141709.
/// </summary>
public static class SpreadLimit
{
    public const double Level = 0.8;

    /// <summary>The factor by which a variance of so many units grows; infinite below two.</summary>
    public static double FactorOf(int units)
    {
        var freedom = units - 1;
        return freedom < 1 ? double.PositiveInfinity : freedom / ChiSquared.InvCDF(freedom, 1 - Level);
    }
}

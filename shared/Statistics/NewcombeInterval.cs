namespace FunctionsEval.Statistics;

/// <summary>Interval of the difference of two independent proportions, from the Wilson interval of each: the hybrid score interval, method 10 of
/// Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8&lt;873::AID-SIM779&gt;3.0.CO;2-I.</summary>
public static class NewcombeInterval
{
    public static ConfidenceInterval OfDifference(long successes1, long trials1, long successes2, long trials2, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials2);
        return OfDifference(
            (double)successes1 / trials1, WilsonInterval.OfProportion(successes1, trials1, level)!, (double)successes2 / trials2, WilsonInterval.OfProportion(successes2, trials2, level)!);
    }

    /// <summary>Of any two independent estimates with their intervals of the same level: Zou and Donner (2008), doi:10.1002/sim.3095.</summary>
    public static ConfidenceInterval OfDifference(double estimate1, ConfidenceInterval interval1, double estimate2, ConfidenceInterval interval2)
    {
        ArgumentNullException.ThrowIfNull(interval1);
        ArgumentNullException.ThrowIfNull(interval2);
        var difference = estimate1 - estimate2;
        return new ConfidenceInterval(
            difference - double.Hypot(estimate1 - interval1.Lower, interval2.Upper - estimate2),
            difference + double.Hypot(interval1.Upper - estimate1, estimate2 - interval2.Lower),
            interval1.Level);
    }
}

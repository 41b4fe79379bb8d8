namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// The t test of the means of few units, each counted once: Student (1908), doi:10.1093/biomet/6.1.1. Units that are normal with spreads of
/// their own reject no more than 5% at 5%, whatever the spreads: Bakirov and Székely (2005), doi:10.1007/s10958-006-0366-5; for the means of
/// few clusters Ibragimov and Müller (2010), doi:10.1198/jbes.2009.08046.
/// </summary>
internal sealed class StudentTails : Tails
{
    private readonly double _mean;
    private readonly double _standardError;
    private readonly int _freedom;

    /// <param name="units">Two or more.</param>
    public StudentTails(UnitSums units)
    {
        var once = units.EachOnce();
        _mean = once.Mean;
        _freedom = once.Count - 1;
        _standardError = RunningMoments.Of(once.Deviations).StandardDeviation / Math.Sqrt(once.Count);
    }

    public override double Above(double mean) => Tail(mean - _mean);

    public override double Below(double mean) => Tail(_mean - mean);

    private double Tail(double distance) => (distance, _standardError) switch
    {
        (0, _) => 0.5,
        (_, 0) => distance < 0 ? 0 : 1,
        _ => MathNet.Numerics.Distributions.StudentT.CDF(0, 1, _freedom, distance / _standardError),
    };
}

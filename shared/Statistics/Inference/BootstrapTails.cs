using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Inference;

/// <summary>
/// The bootstrap-t of units that stand alone: the law of the t statistic is taken from resamples of the data, so that skewed scores are
/// skewed there too. Efron (1981); Hall (1988), doi:10.1214/aos/1176350933: second-order correct on each side. Drawn once, by a seed.
/// </summary>
internal sealed class BootstrapTails : Tails
{
    public const int Replicates = 1_999;

    /// <summary>A tail that fewer replicates lie in is not known to a fifth of itself.</summary>
    private const int FewInTail = 25;

    // So many are drawn then, that tens of milliseconds are enough.
    private const int MostReplicates = 99_999;
    private const int MostSteps = 10_000_000;

    private readonly double _mean;
    private readonly double _standardError;
    private readonly double[] _deviations;
    private readonly ulong _seed;
    private double[] _sorted;
    private bool _isSharp;

    public BootstrapTails(UnitSums units, Random random, int replicates = Replicates)
    {
        var deviations = units.Deviations;
        _mean = units.Mean;
        _standardError = RunningMoments.Of(deviations).StandardDeviation / Math.Sqrt(deviations.Length);
        (_deviations, _seed) = (deviations, Replications.SeedOf(random));
        _sorted = Replications.Run(0, replicates, deviations.Length, _seed, stream => Draw(stream, deviations));
        Array.Sort(_sorted);
    }

    /// <summary>With 1,999 replicates no p-value can be below 0.001: where one comes near, up to 99,999 are drawn.</summary>
    public override void Sharpen(double mean)
    {
        if (_isSharp || Math.Min(Above(mean), Below(mean)) * (_sorted.Length + 1) >= FewInTail)
        {
            return;
        }

        _isSharp = true;
        var more = Math.Min(MostReplicates, MostSteps / _deviations.Length) - _sorted.Length;
        if (more > 0)
        {
            _sorted = [.. _sorted, .. Replications.Run(_sorted.Length, more, _deviations.Length, _seed, stream => Draw(stream, _deviations))];
            Array.Sort(_sorted);
        }
    }

    public override double Above(double mean)
    {
        var observed = (_mean - mean) / _standardError;
        return double.IsNaN(observed) ? 1 : (1.0 + _sorted.Length - CountBelow(observed)) / (_sorted.Length + 1);
    }

    public override double Below(double mean)
    {
        var observed = (_mean - mean) / _standardError;
        return double.IsNaN(observed) ? 1 : (1.0 + CountBelow(Math.BitIncrement(observed))) / (_sorted.Length + 1);
    }

    private static double Draw(SeededStream stream, double[] deviations)
    {
        var (sum, squares) = (0.0, 0.0);
        for (var draw = 0; draw < deviations.Length; draw++)
        {
            var value = deviations[stream.Next(deviations.Length)];
            sum += value;
            squares += value * value;
        }

        double n = deviations.Length;
        var variance = (squares - (sum * sum / n)) / (n - 1);
        return variance <= squares * 1e-14 ? sum == 0 ? 0 : sum > 0 ? double.PositiveInfinity : double.NegativeInfinity : sum / Math.Sqrt(n * variance);
    }

    private int CountBelow(double value)
    {
        var (from, to) = (0, _sorted.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = _sorted[middle] < value ? (middle + 1, to) : (from, middle);
        }

        return from;
    }
}

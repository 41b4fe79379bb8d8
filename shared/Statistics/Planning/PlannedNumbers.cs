using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Planning;

/// <summary>Numbers: the pilot's differences, moved by what the effect lacks; of whole scores they stay whole, by chance up or down.</summary>
internal sealed class PlannedNumbers : PlannedScores
{
    private readonly double[] _differences;
    private readonly double _step;

    public PlannedNumbers(ReadOnlySpan<RunningMoments> first, ReadOnlySpan<RunningMoments> second, PairedDesign? design, ScoreScale scale, int samples)
        : base(scale, samples, isClustered: false)
    {
        _differences = new double[first.Length];
        var (areWhole, areAsPlanned) = (true, true);
        for (var item = 0; item < first.Length; item++)
        {
            _differences[item] = first[item].Mean - second[item].Mean;
            areWhole &= IsWhole(first[item]) && IsWhole(second[item]);
            areAsPlanned &= first[item].Count == samples && second[item].Count == samples;
        }

        _step = areWhole ? 1.0 / samples : 0;
        var pilot = RunningMoments.Of(_differences);
        if (design is null || areAsPlanned || !(pilot.Variance > 0))
        {
            return;
        }

        // Rounding to whole steps by chance adds a sixth of a step squared.
        var wanted = (design with { FirstSamples = samples, SecondSamples = samples, ItemsPerCluster = 1 }).VariancePerItem - (_step * _step / 6);
        var factor = Math.Sqrt(Math.Max(0, wanted) / pilot.Variance);
        for (var item = 0; item < _differences.Length; item++)
        {
            _differences[item] = pilot.Mean + (factor * (_differences[item] - pilot.Mean));
        }
    }

    public override bool IsSkewed(int items) => Method.IsSkewedMean(_differences, items);

    internal override Func<SeededStream, int, double[]>? WithEffect(double effect)
    {
        var range = Scale.Range ?? double.PositiveInfinity;
        var widest = Math.Abs(effect) + _differences.Max(Math.Abs);
        if (Shift(by => _differences.Average(difference => Math.Clamp(difference + by, -range, range)), effect, Math.Min(2 * range, 2 * widest)) is not { } shift)
        {
            return null;
        }

        return (stream, items) =>
        {
            var drawn = new double[items];
            for (var item = 0; item < items; item++)
            {
                var value = Math.Clamp(_differences[stream.Next(_differences.Length)] + shift, -range, range);
                drawn[item] = _step == 0 ? value : _step * Math.Floor((value / _step) + 1e-9 + (stream.NextDouble() * (1 - 2e-9)));
            }

            return drawn;
        };
    }

    private static bool IsWhole(RunningMoments item) => Math.Abs((item.Mean * item.Count) - Math.Round(item.Mean * item.Count)) < 1e-9 * Math.Max(1, Math.Abs(item.Mean * item.Count));
}

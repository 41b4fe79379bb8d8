using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Planning;

/// <summary>Pass or fail: items with the pilot's pairs of pass rates, those of the first variant moved by what the effect lacks.</summary>
internal sealed class PlannedPasses : PlannedScores
{
    private readonly (double First, double Second)[] _rates;

    public PlannedPasses(ReadOnlySpan<RunningMoments> first, ReadOnlySpan<RunningMoments> second, PairedDesign? design, int samples)
        : base(ScoreScale.PassOrFail, samples, isClustered: false)
    {
        _rates = new (double, double)[first.Length];
        var (differences, levels, noise) = (default(RunningMoments), default(RunningMoments), 0.0);
        for (var item = 0; item < first.Length; item++)
        {
            _rates[item] = (first[item].Mean, second[item].Mean);
            differences.Add(first[item].Mean - second[item].Mean);
            levels.Add((first[item].Mean + second[item].Mean) / 2);
            noise += design is null ? 0 : ((design.FirstWithin / first[item].Count) + (design.SecondWithin / second[item].Count)) / (4 * first.Length);
        }

        // Rates of few samples differ more than the true ones. With one sample each the product of both is right as it is.
        if (design is null || samples == 1)
        {
            return;
        }

        var (ofDifference, ofLevel) = (Factor(design.DifferenceVariance, differences.Variance), Factor(levels.Variance - noise, levels.Variance));
        for (var item = 0; item < _rates.Length; item++)
        {
            var (a, b) = _rates[item];
            var half = (differences.Mean + (ofDifference * (a - b - differences.Mean))) / 2;
            var level = levels.Mean + (ofLevel * (((a + b) / 2) - levels.Mean));
            _rates[item] = (Math.Clamp(level + half, 0, 1), Math.Clamp(level - half, 0, 1));
        }
    }

    internal override bool IsCounted => SamplesPerItem == 1;

    internal override Func<SeededStream, int, double[]>? WithEffect(double effect)
    {
        if (ShiftFor(effect) is not { } shift)
        {
            return null;
        }

        return (stream, items) =>
        {
            var drawn = new double[items];
            for (var item = 0; item < items; item++)
            {
                var (first, second) = _rates[stream.Next(_rates.Length)];
                first = Math.Clamp(first + shift, 0, 1);
                var passes = 0;
                for (var sample = 0; sample < SamplesPerItem; sample++)
                {
                    passes += (stream.NextDouble() < first ? 1 : 0) - (stream.NextDouble() < second ? 1 : 0);
                }

                drawn[item] = passes / (double)SamplesPerItem;
            }

            return drawn;
        };
    }

    /// <summary>Every number of items that only one variant passes, times its probability.</summary>
    internal override double? CountedPower(int items, double effect, double alpha)
    {
        if (!IsCounted || ShiftFor(effect) is not { } shift)
        {
            return null;
        }

        var (onlyFirst, onlySecond) = (0.0, 0.0);
        foreach (var (first, second) in _rates)
        {
            var moved = Math.Clamp(first + shift, 0, 1);
            onlyFirst += moved * (1 - second) / _rates.Length;
            onlySecond += (1 - moved) * second / _rates.Length;
        }

        return effect > 0 ? PassRatePower.Of(items, onlyFirst, onlySecond, alpha) : PassRatePower.Of(items, onlySecond, onlyFirst, alpha);
    }

    private double? ShiftFor(double effect) => Shift(by => _rates.Average(pair => Math.Clamp(pair.First + by, 0, 1) - pair.Second), effect, 1);

    private static double Factor(double wanted, double found) => found > 0 ? Math.Sqrt(Math.Clamp(wanted / found, 0, 1)) : 0;
}

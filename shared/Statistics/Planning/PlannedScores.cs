using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Planning;

/// <summary>What the differences of items may come out as in a run that is planned: a law that can be drawn from, with any true effect.</summary>
public abstract class PlannedScores
{
    private protected PlannedScores(ScoreScale scale, int samplesPerItem, bool isClustered)
    {
        ArgumentRules.CheckPositive(samplesPerItem, nameof(samplesPerItem));
        (Scale, SamplesPerItem, IsClustered) = (scale, samplesPerItem, isClustered);
    }

    /// <summary>Independent units up to which the formula of the t test may be 3 points off (docs/statistics.md).</summary>
    public virtual int MostUnits => 60;

    internal ScoreScale Scale { get; }

    internal int SamplesPerItem { get; }

    internal bool IsClustered { get; }

    /// <summary>
    /// From a pilot's items, which stand alone and have a score of both variants: pass or fail by their rates, other numbers by their differences, both
    /// brought to the variance that the design has with so many samples.
    /// </summary>
    /// <param name="design">As <see cref="PairedDesign.FromPilot"/> makes it; null where the pilot had one sample an item.</param>
    public static PlannedScores FromPilot(ReadOnlySpan<RunningMoments> first, ReadOnlySpan<RunningMoments> second, PairedDesign? design, ScoreScale scale, int samplesPerItem)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentRules.CheckSameLength(first.Length, second.Length, nameof(second));
        return scale.Kind == ScoreKind.PassOrFail
            ? new PlannedPasses(first, second, design, samplesPerItem)
            : new PlannedNumbers(first, second, design, scale, samplesPerItem);
    }

    /// <summary>Normal ones of a given spread.</summary>
    /// <param name="clusterSizes">Of a pilot, repeated in that order; empty where all clusters are as large as the design says.</param>
    public static PlannedScores Normal(PairedDesign design, IReadOnlyList<int> clusterSizes) => new PlannedNormals(design, clusterSizes);

    /// <summary>The clusters of so many items; empty where each stands alone.</summary>
    internal virtual int[] ClustersOf(int items) => [];

    /// <summary>Independent units that so many items are.</summary>
    internal virtual int UnitsOf(int items) => items;

    /// <summary>Draws the differences of items (one for each unit where clusters are equal) that differ by that much on average; null where the scale has no room for it.</summary>
    internal abstract Func<SeededStream, int, double[]>? WithEffect(double effect);

    /// <summary>All outcomes can be counted.</summary>
    internal virtual bool IsCounted => false;

    /// <summary>How often the test finds it; null where that cannot be counted, or there is no room for the effect.</summary>
    internal virtual double? CountedPower(int items, double effect, double alpha) => null;

    /// <summary>What to add to values, within ends, so that their mean is the wanted one; null when it lies outside.</summary>
    private protected static double? Shift(Func<double, double> meanOfShifted, double wanted, double reach)
    {
        var (low, high) = (-reach, reach);
        if (meanOfShifted(low) > wanted || meanOfShifted(high) < wanted)
        {
            return null;
        }

        for (var round = 0; round < 60; round++)
        {
            var middle = (low + high) / 2;
            (low, high) = meanOfShifted(middle) < wanted ? (middle, high) : (low, middle);
        }

        return high;
    }
}

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

/// <summary>Normal differences, the same within a cluster in the share that the design says.</summary>
internal sealed class PlannedNormals(PairedDesign design, IReadOnlyList<int> clusterSizes)
    : PlannedScores(ScoreScale.Unbounded, design.FirstSamples, design.ItemsPerCluster > 1)
{
    private readonly bool _isUnequal = clusterSizes.Distinct().Count() > 1;

    public override int MostUnits => _isUnequal ? base.MostUnits : 28;

    internal override int UnitsOf(int items) => _isUnequal ? Sizes(items).Count() : (int)(items / design.ItemsPerCluster);

    internal override int[] ClustersOf(int items) => _isUnequal ? [.. Sizes(items).SelectMany((size, cluster) => Enumerable.Repeat(cluster, size))] : [];

    internal override Func<SeededStream, int, double[]> WithEffect(double effect)
    {
        // The mean of all items has the same variance then.
        var spread = Math.Sqrt(design.VariancePerItem / design.ItemsPerCluster);
        var ofItem = (design with { ItemsPerCluster = 1 }).VariancePerItem;
        var (shared, own) = (Math.Sqrt(Math.Max(0, design.Correlation) * ofItem), Math.Sqrt(Math.Min(1, 1 - design.Correlation) * ofItem));
        return (stream, items) => _isUnequal
            ? [.. Sizes(items).SelectMany(size => OfCluster(stream, size))]
            : [.. Enumerable.Range(0, UnitsOf(items)).Select(_ => effect + (spread * stream.NextNormal()))];

        IEnumerable<double> OfCluster(SeededStream stream, int size)
        {
            var level = effect + (shared * stream.NextNormal());
            for (var item = 0; item < size; item++)
            {
                yield return level + (own * stream.NextNormal());
            }
        }
    }

    private IEnumerable<int> Sizes(int items)
    {
        for (var cluster = 0; items > 0; cluster++)
        {
            var size = Math.Min(items, clusterSizes[cluster % clusterSizes.Count]);
            items -= size;
            yield return size;
        }
    }
}

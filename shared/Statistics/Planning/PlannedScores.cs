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

    /// <summary>Whether their scale leaves room for such a difference.</summary>
    public bool HasRoom(double effect) => WithEffect(effect) is not null;

    /// <summary>Differences are so skewed that the mean of so many items is it too: then the formula of the t test is far off.</summary>
    public virtual bool IsSkewed(int items) => false;

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
    public virtual int UnitsOf(int items) => items;

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

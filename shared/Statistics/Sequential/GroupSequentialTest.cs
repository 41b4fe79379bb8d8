using System.Globalization;
using FunctionsEval.Statistics.Inference;
using MathNet.Numerics.Distributions;

namespace FunctionsEval.Statistics.Sequential;

/// <summary>
/// A comparison at one of the planned looks: its p-value, interval and equivalence hold at all looks together, so a run may stop on them. Each
/// look is the test that a run without looks would take, read against the boundary of that look. Items must come in random order.
/// </summary>
/// <param name="looks">Items at each planned look; the last is the whole plan.</param>
public sealed class GroupSequentialTest(IReadOnlyList<int> looks, ComparisonDesign design, AlphaSpending spending)
{
    private readonly GroupSequentialDesign _boundaries = DesignOf(looks, design.Alpha, spending);
    private readonly GroupSequentialDesign _equivalence = DesignOf(looks, Math.Min(0.99, 2 * design.Alpha), spending);

    /// <param name="samples">Of the items so far, in the order in which they were dispatched.</param>
    /// <param name="itemsAtLook">How many of them each look so far had; the last is all of them.</param>
    public Comparison Of(PairedSamples samples, IReadOnlyList<int> itemsAtLook, Random random)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(itemsAtLook);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(itemsAtLook.Count, looks.Count, nameof(itemsAtLook));
        var (statistics, equivalences, held) = (new List<double>(), new List<double>(), default(ConfidenceInterval));
        Comparison? last = null;
        foreach (var (look, items) in itemsAtLook.Index())
        {
            // The interval of a look is that of its boundary: Jennison and Turnbull (1989), doi:10.1111/j.2517-6161.1989.tb01433.x. All of
            // them hold together, and so does what they have in common.
            var level = 1 - (2 * Normal.CDF(0, 1, -_boundaries.Boundaries[look]));
            last = Comparison.Of(samples.Take(items), design with { Confidence = Math.Min(level, 1 - 1e-12) }, random);
            statistics.Add(last.PValue is { } p ? -Normal.InvCDF(0, 1, Math.Max(p, 1e-300) / 2) : 0);
            equivalences.Add(last.EquivalencePValue is { } e and < 0.5 ? -Normal.InvCDF(0, 1, Math.Max(e, 1e-300)) : 0);
            held = Common(held, last.Interval);
        }

        return last is null
            ? Comparison.Of(samples, design, random)
            : last with
            {
                Interval = held is null ? null : held with { Level = design.Confidence },
                PValue = last.PValue is null ? null : _boundaries.PValue([.. statistics]),
                EquivalencePValue = last.EquivalencePValue is null ? null : _equivalence.PValue([.. equivalences]) / 2,
                Method = string.Create(CultureInfo.InvariantCulture, $"{last.Method}; {Words()} at {looks.Count} planned looks"),
                OnTheseItems = last.OnTheseItems is null ? null : AtLastLook(last.OnTheseItems, statistics.Count),
            };
    }

    // Of these very items nothing was asked at earlier looks, which had fewer of them. Its interval is that of the look's boundary already, and the p-value must say the same.
    private FixedItemsComparison AtLastLook(FixedItemsComparison own, int look)
    {
        var statistics = new double[look];
        statistics[^1] = -Normal.InvCDF(0, 1, Math.Max(own.PValue, 1e-300) / 2);
        return own with { Interval = own.Interval with { Level = design.Confidence }, PValue = _boundaries.PValue(statistics) };
    }

    /// <summary>How likely the plan, carried out, still decides: were the rest like what was seen. For futility, and spends no error.</summary>
    public double ChanceOfDeciding(PairedSamples samples, int look, Random random)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var comparison = Comparison.Of(samples, design, random);
        if (comparison.PValue is not { } p)
        {
            return 1;
        }

        var found = _boundaries.ConditionalPower(look, -Normal.InvCDF(0, 1, Math.Max(p, 1e-300) / 2));
        var same = comparison.EquivalencePValue is { } e and < 0.5 ? _equivalence.ConditionalPower(look, -Normal.InvCDF(0, 1, Math.Max(e, 1e-300))) : 0;
        return Math.Min(1, found + same);
    }

    private static GroupSequentialDesign DesignOf(IReadOnlyList<int> looks, double alpha, AlphaSpending spending) =>
        new([.. looks.Select(items => (double)items / looks[^1])], alpha, spending);

    private static ConfidenceInterval? Common(ConfidenceInterval? first, ConfidenceInterval? second) => (first, second) switch
    {
        (null, _) => second,
        (_, null) => first,
        var (a, b) when Math.Max(a.Lower, b.Lower) <= Math.Min(a.Upper, b.Upper) =>
            b with { Lower = Math.Max(a.Lower, b.Lower), Upper = Math.Min(a.Upper, b.Upper) },
        _ => second,
    };

    private string Words() => spending == AlphaSpending.Pocock ? "alpha spent as by Pocock" : "alpha spent as by O'Brien and Fleming";
}

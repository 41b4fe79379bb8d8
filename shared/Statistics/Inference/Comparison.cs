using System.Globalization;

namespace FunctionsEval.Statistics.Inference;

/// <summary>What the scores say about one difference: all numbers are of one test, so none contradicts another.</summary>
/// <param name="Effect">First minus second, the mean over items (over cluster means below ten clusters); null without items.</param>
/// <param name="Interval">The differences that the test does not reject; null where no method holds.</param>
/// <param name="PValue">Of no difference.</param>
/// <param name="EquivalencePValue">Of a difference of the margin or more; null without a margin.</param>
/// <param name="Method">In words.</param>
/// <param name="Assumption">What the numbers rest on where there are few units; null where nothing needs saying.</param>
/// <param name="Units">Independent ones: clusters, or items where each stands alone.</param>
/// <param name="Limit">Why a number is missing; null when nothing is in the way.</param>
/// <param name="OnTheseItems">The second question: are they different on these very items, were they asked again? Null with one sample an item.</param>
/// <param name="StandardizedEffect">The effect in standard deviations of the units' differences: Cohen's d_z. Null without spread.</param>
/// <param name="CliffsDelta">P[an item mean of the first is larger] - P[it is smaller] than one of the second.</param>
public sealed record Comparison(
    double? Effect,
    ConfidenceInterval? Interval,
    double? PValue,
    double? EquivalencePValue,
    string Method,
    string? Assumption,
    IReadOnlyList<InferenceWarning> Warnings,
    int Items,
    int Units,
    string? Limit = null,
    FixedItemsComparison? OnTheseItems = null,
    double? StandardizedEffect = null,
    double? CliffsDelta = null)
{
    /// <param name="random">Draws the resamples where a bootstrap is called for: the same seed gives the same numbers.</param>
    public static Comparison Of(PairedSamples samples, ComparisonDesign design, Random random)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(random);
        design.Check();
        var units = UnitSums.Of(samples.Differences, design.IsClustered ? samples.Clusters : []);
        var onTheseItems = FixedItemsComparison.Of(samples, design);
        if (TooFew(units.Count, design.IsClustered) is { } limit)
        {
            double? only = units.Values == 0 ? null : units.Mean;
            return new Comparison(only, null, null, null, "none", null, [], samples.Items, units.Count, limit, onTheseItems);
        }

        (double Min, double Max)? ends = design.Scale.Range is { } range ? (-range, range) : null;
        var method = Inference.Method.Of(design.Scale, design.SamplesPerItem, design.IsClustered, units, ends, isDifference: true, random);
        var effect = method.Units.Mean;
        var spread = RunningMoments.Of(method.Units.Deviations).StandardDeviation;
        var isAlike = spread <= 1e-12 * Math.Abs(effect) || spread == 0;

        // Without any spread and without ends of the scale nothing bounds what was not seen; a t test of few would divide by 0.
        var isUnknown = isAlike && ends is null;
        foreach (var mean in design.Margin is { } bound ? new[] { 0, -bound, bound } : [0])
        {
            method.Tails.Sharpen(mean);
        }

        var step = (isAlike ? ends?.Max ?? 1 : spread / Math.Sqrt(units.Count)) / 2;
        return new Comparison(
            effect,
            isUnknown ? null : Inversion.Interval(method.Tails, effect, step, design.Confidence, ends, isDifference: true),
            isUnknown && units.Count < Inference.Method.FewUnits ? null : method.Tails.TwoSided(0),
            isUnknown || design.Margin is not { } margin ? null : Math.Max(method.Tails.Above(-margin), method.Tails.Below(margin)),
            method.Name,
            method.Assumption,
            WarningsOf(method, design),
            samples.Items,
            units.Count,
            isUnknown ? "All differences are the same number, and without a known scale nothing bounds those that were not seen: give the scorer min and max." : null,
            onTheseItems,
            isAlike ? null : effect / RunningMoments.Of(Values(method.Units)).StandardDeviation,
            Effects.CliffsDelta.Of([.. samples.First.Select(item => item.Mean)], [.. samples.Second.Select(item => item.Mean)]));
    }

    private static string? TooFew(int units, bool isClustered) => (units, isClustered) switch
    {
        (0, _) => "No item has a score of both variants.",
        (1, true) => "All items belong to one cluster: nothing tells how much clusters differ.",
        (1, false) => "Only one item has a score of both variants: nothing tells how much items differ.",
        _ => null,
    };

    private static double[] Values(UnitSums units)
    {
        var values = new double[units.Count];
        for (var unit = 0; unit < values.Length; unit++)
        {
            values[unit] = units.Deviations[unit] / units.Sizes[unit];
        }

        return values;
    }

    private static IReadOnlyList<InferenceWarning> WarningsOf(Method method, ComparisonDesign design) => method.IsSkewed
        ? [new InferenceWarning(
            "SKEWED_DIFFERENCES",
            string.Create(CultureInfo.InvariantCulture, $"The differences of {method.Units.Count} {(design.IsClustered ? "clusters" : "scenarios")} are skewed: a few large ones carry much of the mean, and the interval may miss more often than it says."),
            design.Scale.Range is null ? "Use more scenarios, or a scorer whose scale has ends." : "Use more scenarios.")]
        : [];
}

/// <summary>Why numbers may be worth less than they look.</summary>
public sealed record InferenceWarning(string Code, string Message, string Recommendation);

using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Plans;

internal static class ComparedPairs
{
    /// <summary>Variants by index, each with what it is compared with.</summary>
    public static IReadOnlyList<(int Variant, int Control)> Of(int variants, int control, string pairs) => pairs == CompareSpec.WithControl
        ? [.. Enumerable.Range(0, variants).Where(variant => variant != control).Select(variant => (variant, control))]
        : [.. Enumerable.Range(0, variants).SelectMany(first => Enumerable.Range(first + 1, variants - first - 1).Select(second => (second, first)))];

    /// <summary>The first variant, unless the comparison names another one.</summary>
    public static int ControlOf(RunRecord run, CompareSpec compare) => ControlOf(run.Variants, compare);

    /// <inheritdoc cref="ControlOf(RunRecord, CompareSpec)"/>
    public static int ControlOf(IReadOnlyList<Variant> variants, CompareSpec compare) =>
        Math.Max(0, variants.Select(variant => variant.Name).ToList().IndexOf(compare.Control ?? variants[0].Name));
}

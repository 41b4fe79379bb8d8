using System.Globalization;
using FunctionsEval.Statistics.Comparisons;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Verdicts;

/// <summary>A comparison with what could still come of the scores that are missing.</summary>
/// <param name="Bounds">Null when none is missing, or the scale has no known ends.</param>
public sealed record Evidence(Comparison Comparison, EffectBounds? Bounds = null);

/// <param name="AdjustedPValue">For all differences that were decided together.</param>
/// <param name="Reason">Why it is inconclusive; null otherwise.</param>
public sealed record Decision(
    Verdict Verdict, Comparison Comparison, double? AdjustedPValue, double? AdjustedEquivalencePValue, string? Reason);

/// <summary>
/// Verdicts on differences that are looked at together. Claims of a difference are a family, and claims of equivalence are another: each
/// holds its error rate over all pairs. A difference that is shown to lie inside the margin is equivalent, even where it is not 0. What
/// missing scores could turn round is not decided.
/// </summary>
public static class Decisions
{
    public static IReadOnlyList<Decision> Of(IReadOnlyList<Evidence> evidence, ComparisonDesign design, Correction correction)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(design);
        design.Check();
        var differences = Adjust([.. evidence.Select(one => one.Comparison.PValue)], correction);
        var equivalences = Adjust([.. evidence.Select(one => one.Comparison.EquivalencePValue)], correction);
        return [.. evidence.Select((one, index) => Decide(one, differences[index], equivalences[index], design))];
    }

    private static Decision Decide(Evidence evidence, double? difference, double? equivalence, ComparisonDesign design)
    {
        var comparison = evidence.Comparison;
        var verdict = equivalence <= design.Alpha ? Verdict.Equivalent
            : difference <= design.Alpha ? comparison.Effect > 0 ? Verdict.Better : Verdict.Worse
            : Verdict.Inconclusive;
        if (evidence.Bounds is { } bounds && IsOpen(verdict, bounds, design.Margin))
        {
            return new Decision(Verdict.Inconclusive, comparison, difference, equivalence, string.Create(
                CultureInfo.InvariantCulture,
                $"{bounds.Missing:N0} scores are missing, and had they been scored the effect could lie anywhere from {bounds.Lower:0.####} to {bounds.Upper:0.####}: why they are missing decides."));
        }

        var reason = verdict == Verdict.Inconclusive ? comparison.Limit ?? Undecided(comparison, design) : null;
        return new Decision(verdict, comparison, difference, equivalence, reason);
    }

    private static bool IsOpen(Verdict verdict, EffectBounds bounds, double? margin) => verdict switch
    {
        Verdict.Better => bounds.Lower <= 0,
        Verdict.Worse => bounds.Upper >= 0,
        Verdict.Equivalent => bounds.Lower <= -margin || bounds.Upper >= margin,
        _ => false,
    };

    private static string Undecided(Comparison comparison, ComparisonDesign design) =>
        comparison.PValue <= design.Alpha ? "The difference does not hold once it is adjusted for the number of comparisons."
        : design.Margin is null ? "The data are compatible with no difference; without a margin it cannot be called equivalent either."
        : "The data are compatible with no difference, and with one as large as the margin.";

    // What has no p-value is no test, and takes nothing from the others.
    private static double?[] Adjust(double?[] pValues, Correction correction)
    {
        double[] known = [.. pValues.Where(p => p is not null).Select(p => p!.Value)];
        var adjusted = correction == Correction.Holm ? HolmAdjustment.Of(known) : known;
        var next = 0;
        return [.. pValues.Select(p => p is null ? (double?)null : adjusted[next++])];
    }
}

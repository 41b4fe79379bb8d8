namespace FunctionsEval.Statistics.Verdicts;

/// <param name="AdjustedPValue">For all differences that were decided together.</param>
/// <param name="Reason">Why it is inconclusive; null otherwise.</param>
public sealed record Decision(
    Verdict Verdict, DifferenceEvidence Evidence, double? AdjustedPValue, double? AdjustedEquivalencePValue, string? Reason);

/// <summary>
/// Verdicts on differences that are looked at together. Claims of a difference are a family, and claims of equivalence are another: each
/// holds its error rate over all pairs. A difference that is shown to lie inside the margin is equivalent, even where it is not 0.
/// </summary>
public static class Decisions
{
    public static IReadOnlyList<Decision> Of(IReadOnlyList<DifferenceEvidence> evidence, VerdictOptions options)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var differences = Adjust([.. evidence.Select(one => one.PValue)], options.Correction);
        var equivalences = Adjust([.. evidence.Select(one => one.EquivalencePValue)], options.Correction);
        return [.. evidence.Select((one, index) => Decide(one, differences[index], equivalences[index], options))];
    }

    private static Decision Decide(DifferenceEvidence evidence, double? difference, double? equivalence, VerdictOptions options)
    {
        var verdict = equivalence <= options.Alpha ? Verdict.Equivalent
            : difference <= options.Alpha ? evidence.Effect > 0 ? Verdict.Better : Verdict.Worse
            : Verdict.Inconclusive;
        var reason = verdict == Verdict.Inconclusive ? evidence.Limit ?? Undecided(evidence, options) : null;
        return new Decision(verdict, evidence, difference, equivalence, reason);
    }

    private static string Undecided(DifferenceEvidence evidence, VerdictOptions options) =>
        evidence.PValue <= options.Alpha ? "The difference does not hold once it is adjusted for the number of comparisons."
        : options.Margin is null ? "The data are compatible with no difference; without a margin it cannot be called equivalent either."
        : "The data are compatible with no difference, and with one as large as the margin.";

    // What has no p-value is no test, and takes nothing from the others.
    private static double?[] Adjust(double?[] pValues, Correction correction)
    {
        double[] known = [.. pValues.Where(p => p is not null).Select(p => p!.Value)];
        var adjusted = correction == Correction.Holm ? Comparisons.HolmAdjustment.Of(known) : known;
        var next = 0;
        return [.. pValues.Select(p => p is null ? (double?)null : adjusted[next++])];
    }
}

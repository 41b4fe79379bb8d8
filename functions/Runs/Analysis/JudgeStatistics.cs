using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Agreement;

namespace FunctionsEval.Runs.Analysis;

/// <summary>What is known of the judges of one scorer, as instruments that measure.</summary>
/// <param name="Template">The version of our prompt; 0 where the definition has a template of its own.</param>
/// <param name="Answers">That were judged.</param>
/// <param name="Judgements">Models x repeats of these, those without a score included.</param>
/// <param name="Invalid">Judgements from which no score could be read.</param>
/// <param name="Failed">Judgements for which a judge could not be called.</param>
/// <param name="AnswersWithoutScore">Judged answers that have no score for it.</param>
/// <param name="CostUsd">Null when the judges have no price.</param>
/// <param name="Agreement">Of repeats and judges with each other; null with one judgement an answer, and where all are alike.</param>
/// <param name="Kappa">Of two judges who were asked once each; on a scale weighted by squared distance.</param>
/// <param name="LengthBias">The correlation of score and length of the answer; long answers may be better ones.</param>
/// <param name="Note">What the scores are, in a sentence.</param>
public sealed record JudgeStatistics(
    string Scorer,
    int Template,
    long Answers,
    long Judgements,
    long Invalid,
    long Failed,
    long AnswersWithoutScore,
    decimal? CostUsd,
    IReadOnlyList<OneJudge> PerJudge,
    JudgeAgreement? Agreement,
    KappaResult? Kappa,
    LengthBiasResult? LengthBias,
    string Note)
{
    /// <summary>What of it needs words.</summary>
    public IEnumerable<string> Sentences()
    {
        // Whose opinion it is, a warning says, or the labels do.
        if (Agreement is { } agreement)
        {
            yield return FormattableString.Invariant($"Agreement of {agreement.Of} by '{Scorer}': alpha {agreement.Alpha:F2}{Ends(agreement.Interval)}; 1 is perfect, 0 is chance.");
        }

        if (Kappa is { Kappa: { } kappa } result)
        {
            yield return FormattableString.Invariant($"Kappa of its two judges: {kappa:F2}{Ends(result.Interval)}, with a base rate of {100 * result.BaseRate:F0}%.");
        }

        if (LengthBias is { } length)
        {
            yield return FormattableString.Invariant(
                $"Scores by '{Scorer}' and lengths of answers{(length.IsWithinItems ? " to the same scenario" : "")} correlate by {length.Correlation:F2}{Ends(length.Interval)}.");
        }
    }

    private static string Ends(ConfidenceInterval? interval) => interval is null ? "" : FormattableString.Invariant($" ({interval.Lower:F2} .. {interval.Upper:F2})");
}

/// <param name="StdDev">Of all that it said, over all answers.</param>
public sealed record OneJudge(string Model, long Judgements, double? Mean, double? StdDev, long Invalid, long Failed);

/// <summary>Krippendorff's alpha: 1 is perfect agreement, 0 that of chance.</summary>
/// <param name="Interval">95%, of scenarios drawn again.</param>
/// <param name="Scale"><c>interval</c>, or <c>nominal</c> for pass and fail.</param>
/// <param name="Of">Whose agreement it is: repeats, judges, or both.</param>
public sealed record JudgeAgreement(double Alpha, ConfidenceInterval? Interval, string Scale, int Answers, string Of);

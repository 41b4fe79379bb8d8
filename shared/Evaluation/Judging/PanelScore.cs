using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Judging;

/// <summary>
/// One score of several judgements. Every judge of a panel must have given a score at least once, else there is none: a mean from which the strict
/// judge is missing is not the mean of the others' answers.
/// </summary>
public static class PanelScore
{
    /// <summary>The score, or why there is none.</summary>
    public static Score Of(JudgeSpec judge, IReadOnlyList<Judgement> judgements)
    {
        foreach (var model in judge.Models)
        {
            var own = judgements.Where(judgement => judgement.Model == model).ToList();
            if (own.TrueForAll(judgement => judgement.Value is null))
            {
                var who = judge.Models.Count == 1 ? "" : $" {model}";
                return new Score.Invalid(own switch
                {
                    [] => $"judge{who} was not asked",
                    _ when own.Find(judgement => judgement.Failed is not null) is { Failed: { } code, Invalid: var why } => $"judge{who} failed: {code}{(why is null ? "" : $": {why}")}",
                    [{ Invalid: var why }, ..] => $"judge{who} gave no valid score: {why}",
                });
            }
        }

        return new Score.Valued(Combine(judge, judgements, judgement => judgement.Value!.Value));
    }

    /// <summary>The score of each criterion, made in the same way; null without criteria, or where there is no score.</summary>
    public static IReadOnlyList<double>? CriteriaOf(JudgeSpec judge, IReadOnlyList<Judgement> judgements) =>
        judge.Criteria is { } criteria && Of(judge, judgements) is Score.Valued
            ? [.. criteria.Select((_, index) => Combine(judge, judgements, judgement => judgement.Criteria![index]))]
            : null;

    private static double Combine(JudgeSpec judge, IReadOnlyList<Judgement> judgements, Func<Judgement, double> value)
    {
        var valid = judgements.Where(judgement => judgement.Value is not null).ToList();
        return judge.AggregateRule() switch
        {
            JudgeSpec.Median => Median([.. valid.Select(value).Order()]),
            // Where several are as frequent the lowest counts: a tie is no majority for the better.
            JudgeSpec.Majority => valid.GroupBy(value).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key,
            // By judge first, so that one whose repeat is missing weighs no less.
            _ => valid.GroupBy(judgement => judgement.Model, StringComparer.Ordinal).Average(own => own.Average(value)),
        };
    }

    private static double Median(List<double> values) =>
        values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
}

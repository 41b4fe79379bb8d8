using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Says of every judge whose scores no person has looked at that its numbers are an opinion.</summary>
internal static class JudgeOpinion
{
    public static IEnumerable<AnalysisWarning> Of(RunRecord run, IReadOnlyList<LabelAnalysis>? labels) => run.Scorers
        .Where(scorer => scorer.Judge is not null && labels?.Any(labelled => labelled.Metric == scorer.Name) != true)
        .Select(scorer => new AnalysisWarning(
            "JUDGE_OPINION",
            $"Means and verdicts by '{scorer.Name}' are the opinion of {WhoseOf(scorer.Judge!)}: no answer has the label of a person, so nothing is known of its errors.",
            $"Label some answers ('functionseval label {run.RunId} --metric {scorer.Name}'), and analyze the run again: the numbers are corrected then."));

    public static string WhoseOf(JudgeSpec judge) => judge.Models.Count == 1 ? judge.Models[0] : FormattableString.Invariant($"a panel of {judge.Models.Count} judges");
}

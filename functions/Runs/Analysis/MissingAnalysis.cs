using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Why a run has no analysis.</summary>
internal static class MissingAnalysis
{
    public static string ReasonOf(RunRecord run) => run switch
    {
        { Course.AnalysisError: { } error } => error,
        { Course.Reason: { } reason } when run.Status.IsFinished() => $"Run '{run.RunId}' is {JsonRules.Name(run.Status)} and has no analysis: {reason}",
        _ => $"Run '{run.RunId}' is {JsonRules.Name(run.Status)}: its analysis is made when it ends.",
    };
}

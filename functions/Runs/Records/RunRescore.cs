using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Runs.Records;

/// <summary>Other scorers that a run is to have, as it keeps them from the request on.</summary>
/// <param name="BudgetUsd">What judges may cost for it; null is what the run's own budget has left, or no limit.</param>
/// <param name="SpentBeforeUsd">What the run had cost when it was asked for.</param>
/// <param name="SpentUsd">What judges have cost since, where it has a budget; null while they are asked, and after a crash: then the ledger knows at most how much.</param>
/// <param name="Status">That the run had, and has again at the end.</param>
/// <param name="Reason">Why the run had that status.</param>
/// <param name="Judged">Pairs whose judges have been heard, then answers.</param>
/// <param name="Total">How many there are to judge; 0 until that is known, and without judges.</param>
/// <param name="IsWriting">All judges have been heard and the cells get their new scores: it goes to its end from here.</param>
/// <param name="EndedAt">Null while it goes on.</param>
/// <param name="Problem">Why the run has kept the scores that it had.</param>
public sealed record RunRescore(
    IReadOnlyList<ScorerSpec> Scorers,
    double? BudgetUsd,
    decimal SpentBeforeUsd,
    decimal? SpentUsd,
    DateTimeOffset RequestedAt,
    RunStatus Status,
    string? Reason,
    long Judged = 0,
    long Total = 0,
    bool IsWriting = false,
    DateTimeOffset? EndedAt = null,
    string? Problem = null);

internal static class RescoredRuns
{
    /// <summary>The run gets other scorers at present.</summary>
    public static bool IsRescored(this RunRecord run) => run.Course.Rescore is { EndedAt: null };

    /// <summary>The run as it was before, with the scorers that it has by now.</summary>
    /// <param name="problem">Null where nothing more is to say.</param>
    public static RunRecord WithRescoreEnded(this RunRecord run, DateTimeOffset now, string? problem) => run.Course.Rescore is not { } rescore ? run : run with
    {
        Status = rescore.Status,
        Course = run.Course with { Reason = rescore.Reason, Rescore = rescore with { EndedAt = now, Problem = problem ?? rescore.Problem } },
    };
}

using FunctionsEval.Runs.Records;

namespace FunctionsEval.Agents.Reviews.Rules;

/// <summary>What a review looks for in runs and their queue. Pure: the same state and time give the same observations.</summary>
public static class RunConditions
{
    public const string StalledRun = "STALLED_RUN";
    public const string ForgottenPause = "FORGOTTEN_PAUSE";
    public const string FailedRun = "FAILED_RUN";
    public const string FailedCells = "FAILED_CELLS";
    public const string PoisonMessages = "POISON_MESSAGES";

    /// <summary>An active run none of whose cells ended for so long is stalled: a cell may take five minutes, and be tried again.</summary>
    public static readonly TimeSpan StalledAfter = TimeSpan.FromMinutes(30);

    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(24);

    /// <summary>How long a finished run is looked at.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(7);

    /// <summary>The share of failed cells from which on the answers that are missing may change the result.</summary>
    public const double MaxFailedShare = 0.1;

    public static IEnumerable<Observation> OfRun(ReviewedRun reviewed, DateTimeOffset now)
    {
        var (run, ended, failed, still) = (reviewed.Run, reviewed.Ended, reviewed.Failed, now - reviewed.UnchangedSince);
        if (run.Status.IsActive() && still >= StalledAfter)
        {
            yield return new(
                StalledRun, Severity.High, run.RunId, FormattableString.Invariant($"No cell has ended for {still.TotalMinutes:F0} minutes; {ended} of {run.TotalCells} have."),
                "Look at the log for refused or failing model calls; cancel the run, or restart the program: it goes on where it was.");
        }

        if (run.Status == RunStatus.Paused && still >= ForgottenAfter)
        {
            yield return new(
                ForgottenPause, Severity.Medium, run.RunId, FormattableString.Invariant($"The run has been paused for {still.TotalHours:F0} hours."), "Resume or cancel it.");
        }

        if (now - run.Course.CompletedAt > Recent)
        {
            yield break;
        }

        if (run.Status == RunStatus.Failed)
        {
            yield return new(FailedRun, Severity.High, run.RunId, "The run failed.", "Its reason says why; its cells are kept.");
        }

        if (run.Status == RunStatus.Completed && ended > 0 && failed > MaxFailedShare * ended)
        {
            yield return new(
                FailedCells, Severity.Medium, run.RunId, FormattableString.Invariant($"{failed} of {ended} cells failed."),
                "Its analysis names their errors; retry calls just these cells again.");
        }
    }

    public static IEnumerable<Observation> OfPoison(string queue, int messages)
    {
        if (messages > 0)
        {
            yield return new(
                PoisonMessages, Severity.High, queue, FormattableString.Invariant($"Messages that were given up: {messages}."),
                "Read them and the log around their time; put what is still wanted back into the queue, and delete them.");
        }
    }
}

/// <param name="Ended">Cells that are stored, the failed ones included.</param>
/// <param name="UnchangedSince">Since when a review has found the same status and the same count.</param>
public sealed record ReviewedRun(RunRecord Run, long Ended, long Failed, DateTimeOffset UnchangedSince);

using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Activities;

/// <summary>What becomes of a run one of whose calls was not made, and the ending that the activity tells its orchestrator.</summary>
public sealed partial class Interruptions(RunStore runs, RunCatalog catalog, ILogger<Interruptions> logger)
{
    internal async Task<string> EndingOfAsync(ActiveRun active, RunInterruptedException interruption, CancellationToken cancellationToken)
    {
        switch (interruption)
        {
            case RunHaltedException halted:
                return await HaltAsync(active.Run.RunId, halted, cancellationToken);
            case RunStoppedException stopped:
                active.StopReason = RunCourse.StoppedByBudget;
                await runs.ChangeAsync(
                    active.Run.RunId,
                    run => run.Course.StopReason is null ? run with { Course = run.Course with { StopReason = RunCourse.StoppedByBudget, Reason = stopped.Message } } : null,
                    cancellationToken);
                return EvaluateCell.Stopped;
            default:
                return interruption is RunNotActiveException { Status: RunStatus.Paused } ? EvaluateCell.Paused : EvaluateCell.Cancelled;
        }
    }

    private async Task<string> HaltAsync(string runId, RunHaltedException halted, CancellationToken cancellationToken)
    {
        // Another cell may have said so already, and somebody may have resumed or cancelled since: only a run that runs is paused. A program that stops in this moment still says why.
        var paused = await runs.ChangeAsync(
            runId, run => run.Status.IsActive() ? run with { Status = RunStatus.Paused, Course = run.Course with { Reason = halted.Message } } : null, CancellationToken.None);
        if (paused is not null)
        {
            LogRunHalted(runId, halted.Message);
        }

        var status = await catalog.GetFreshStatusAsync(runId, cancellationToken);
        return status.IsFinished() ? EvaluateCell.Cancelled : EvaluateCell.Paused;
    }

    [LoggerMessage(LogLevel.Warning, "Run {RunId} was paused: {Reason}")]
    private partial void LogRunHalted(string runId, string reason);
}

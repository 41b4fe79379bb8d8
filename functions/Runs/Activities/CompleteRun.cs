using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Records;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Part of stored histories: add fields, never rename.</summary>
public sealed record CompleteRunInput(string RunId, string? AnalysisError = null, string? FailureReason = null, string? StopReason = null);

/// <summary>Gives the run its last status. A run that was cancelled stays so; repeating changes nothing.</summary>
public sealed partial class CompleteRun(RunStore runs, RunCatalog catalog, CellLedger cells, MakeDigest makeDigest, TimeProvider clock, ILogger<CompleteRun> logger)
{
    public const string Name = "CompleteRun";

    [Function(Name)]
    public async Task<RunStatus> RunAsync([ActivityTrigger] CompleteRunInput input, CancellationToken cancellationToken)
    {
        var status = input.FailureReason is null ? RunStatus.Completed : RunStatus.Failed;
        if (status == RunStatus.Completed && await runs.GetAsync(input.RunId, cancellationToken) is { Kind: RunRecord.Digest, Status: not RunStatus.Cancelled } digest)
        {
            await makeDigest(digest, cancellationToken);
        }

        catalog.Forget(input.RunId);
        var hasEnded = false;
        await runs.ChangeAsync(
            input.RunId,
            run =>
            {
                // Also a run that was cancelled is nobody's any more.
                hasEnded = !run.Status.IsFinished();
                return hasEnded ? Ended(run, status, input) : run.Course.Executor is null ? null : run with { Course = run.Course with { Executor = null } };
            },
            cancellationToken);
        var ended = await runs.GetAsync(input.RunId, cancellationToken);
        await cells.SealAsync(ended, cancellationToken);
        if (hasEnded)
        {
            RunTelemetry.RunEnded(ended.Status);
            LogEnded(status == RunStatus.Failed ? LogLevel.Error : LogLevel.Information, input.RunId, ended.Status, ended.Course.Reason);
        }

        return ended.Status;
    }

    private RunRecord Ended(RunRecord run, RunStatus status, CompleteRunInput input)
    {
        if (run.IsRescored())
        {
            var again = run.WithRescoreEnded(clock.GetUtcNow(), input.FailureReason);
            return again with { Course = again.Course with { AnalysisError = input.AnalysisError, Executor = null } };
        }

        return run with
        {
            Status = status,
            Course = run.Course with
            {
                CompletedAt = clock.GetUtcNow(),
                Reason = input.FailureReason ?? StopText(input) ?? run.Course.Reason,
                AnalysisError = input.AnalysisError,
                StopReason = StopCode(input) ?? run.Course.StopReason,
                Executor = null,
            },
        };
    }

    // An interim look answers "code: sentence".
    private static string? StopCode(CompleteRunInput input) => input.StopReason?.Split(": ", 2)[0];

    private static string? StopText(CompleteRunInput input) => input.StopReason?.Split(": ", 2)[^1];

    // An alert and the workbook in infra/ look for this line.
    [LoggerMessage("Run {RunId} ended: {Status} {Reason}")]
    private partial void LogEnded(LogLevel level, string runId, RunStatus status, string? reason);
}

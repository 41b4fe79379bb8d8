using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

public abstract record ControlOutcome
{
    private ControlOutcome()
    {
    }

    public sealed record Changed(RunRecord Run) : ControlOutcome;

    public sealed record UnknownRun(string RunId) : ControlOutcome;

    public sealed record WrongState(RunStatus Status, string Message) : ControlOutcome;
}

/// <summary>
/// Pause, resume, cancel. The run row is what counts: cells read it before they call a model. The job only wakes an orchestration
/// that waits. Asking for the state that a run is in already changes nothing and succeeds. To cancel a run that gets other scorers leaves it with those it had.
/// </summary>
public sealed class RunControl(RunStore runs, EnqueuePipelineJob enqueue, TimeProvider clock)
{
    public Task<ControlOutcome> PauseAsync(string runId, CancellationToken cancellationToken) =>
        ChangeAsync(runId, "paused", [RunStatus.Pending, RunStatus.Running], run => run with { Status = RunStatus.Paused }, job: null, cancellationToken);

    public Task<ControlOutcome> ResumeAsync(string runId, CancellationToken cancellationToken) =>
        ChangeAsync(
            runId, "resumed", [RunStatus.Paused], run => run with { Status = RunStatus.Running, Course = run.Course with { Reason = null, StartedAt = run.Course.StartedAt ?? clock.GetUtcNow() } },
            PipelineJob.Resume, cancellationToken);

    public Task<ControlOutcome> CancelAsync(string runId, CancellationToken cancellationToken) =>
        ChangeAsync(
            runId, "cancelled", [RunStatus.Pending, RunStatus.Running, RunStatus.Paused],
            run => run.Course.Rescore switch
            {
                { EndedAt: null, IsWriting: true } => null,
                { EndedAt: null } => run.WithRescoreEnded(clock.GetUtcNow(), "Cancelled on request."),
                _ => run with { Status = RunStatus.Cancelled, Course = run.Course with { CompletedAt = clock.GetUtcNow(), Reason = "Cancelled on request." } },
            },
            PipelineJob.Cancel, cancellationToken);

    private async Task<ControlOutcome> ChangeAsync(
        string runId, string verb, RunStatus[] from, Func<RunRecord, RunRecord?> change, string? job, CancellationToken cancellationToken)
    {
        RunRecord? seen = null;
        var changed = await runs.ChangeAsync(
            runId,
            run =>
            {
                seen = run;
                return from.Contains(run.Status) ? change(run) : null;
            },
            cancellationToken);
        if (seen is null)
        {
            return new ControlOutcome.UnknownRun(runId);
        }

        if (changed is null && seen.Status != change(seen)?.Status)
        {
            var states = string.Join(", ", from.Select(JsonRules.Name));
            return new ControlOutcome.WrongState(
                seen.Status,
                from.Contains(seen.Status) ? $"Run '{runId}' writes its new scores at the moment, and that goes to its end."
                : $"Run '{runId}' is {JsonRules.Name(seen.Status)}; only a run that is one of {states} can be {verb}.");
        }

        // Also when nothing changed: an earlier request may have ended between its write and its job.
        if (job is not null)
        {
            await enqueue(new PipelineJob(job, runId), cancellationToken);
        }

        return new ControlOutcome.Changed(changed ?? seen);
    }
}

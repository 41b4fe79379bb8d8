namespace FunctionsEval.Runs.Records;

public abstract record LeaseOutcome
{
    private LeaseOutcome()
    {
    }

    /// <summary>The run is this executor's.</summary>
    public sealed record Acquired(RunRecord Run) : LeaseOutcome;

    public sealed record HeldBy(RunExecutor Executor) : LeaseOutcome;

    /// <summary>There is nothing to do: the run has ended, or does not exist.</summary>
    public sealed record NothingToDo : LeaseOutcome;
}

/// <summary>A run has one executor at a time. Its lease lies on the run's row; whoever writes it first has the run.</summary>
public sealed class RunLeases(RunStore runs, RunExecutor me, TimeProvider clock)
{
    /// <summary>Takes a run that nobody works on, or whose executor is gone. Taking one's own run again renews the lease.</summary>
    public async Task<LeaseOutcome> AcquireAsync(string runId, CancellationToken cancellationToken)
    {
        LeaseOutcome outcome = new LeaseOutcome.NothingToDo();
        var changed = await runs.ChangeAsync(
            runId,
            run =>
            {
                if (run.Status.IsFinished())
                {
                    return null;
                }

                if (HolderOf(run) is { } other)
                {
                    outcome = new LeaseOutcome.HeldBy(other);
                    return null;
                }

                return run with { Course = run.Course with { Executor = Renewed() } };
            },
            cancellationToken);
        return changed is null ? outcome : new LeaseOutcome.Acquired(changed);
    }

    /// <summary>Holds a run that has ended while its answers are scored again; gives who else does, or null.</summary>
    public async Task<RunExecutor?> HoldEndedAsync(string runId, CancellationToken cancellationToken)
    {
        RunExecutor? holder = null;
        await runs.ChangeAsync(
            runId,
            run =>
            {
                holder = HolderOf(run);
                return holder is null ? run with { Course = run.Course with { Executor = Renewed() } } : null;
            },
            cancellationToken);
        return holder;
    }

    /// <summary>Who else works on it; null when nobody does.</summary>
    public RunExecutor? HolderOf(RunRecord run) => run.Course.Executor is { } other && !other.Is(me) && !other.IsGone(clock.GetUtcNow()) ? other : null;

    /// <summary>Gives the run as it is now; null when it is not this executor's any more.</summary>
    public Task<RunRecord?> RenewAsync(string runId, CancellationToken cancellationToken) => runs.ChangeAsync(
        runId, run => run.Course.Executor?.Is(me) == true ? run with { Course = run.Course with { Executor = Renewed() } } : null, cancellationToken);

    /// <summary>Leaves the run to whoever takes it next.</summary>
    public Task ReleaseAsync(string runId, CancellationToken cancellationToken) => runs.ChangeAsync(
        runId, run => run.Course.Executor?.Is(me) == true ? run with { Course = run.Course with { Executor = null } } : null, cancellationToken);

    private RunExecutor Renewed() => me.IsProcess ? me with { Until = clock.GetUtcNow() + RunExecutor.Lifetime } : me;
}

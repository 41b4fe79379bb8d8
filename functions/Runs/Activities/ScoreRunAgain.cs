using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Records;
using FunctionsEval.Runs.Rescoring;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>
/// Works on the other scorers that a run was asked to have. The ending is text: scored, stopped where the budget is spent, paused, cancelled, or more where
/// its turn is over before all judges have been heard. Whenever it breaks off, the next turn asks only for what is missing.
/// </summary>
public sealed class ScoreRunAgain(RunStore runs, RunCatalog catalog, CellLedger cells, ApplyScorers apply, Interruptions interruptions, TimeProvider clock)
{
    public const string Name = "ScoreRunAgain";

    internal const string Scored = "scored";
    internal const string More = "more";

    /// <summary>Well below the half hour after which a host ends an activity.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(10);

    [Function(Name)]
    public async Task<string> RunAsync([ActivityTrigger] string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        if (run.Course.Rescore is not { EndedAt: null } rescore || run.Status.IsFinished())
        {
            return EvaluateCell.Cancelled;
        }

        var course = new RescoreCourse(runs, run, clock, Turn);
        var budget = rescore.BudgetUsd is { } most ? new RunBudget((decimal)most, rescore.SpentUsd ?? await cells.SpentAsync(run) - rescore.SpentBeforeUsd) : null;
        await SpentAsync(runId, null, cancellationToken);
        var options = new ScoreAgainOptions(
            kept => kept.JudgedAt < rescore.RequestedAt,
            Budget: budget ?? await catalog.BudgetAsync(run),
            Report: course.Report,
            BeforeFirst: course.RefuseAsync,
            BeforeWriting: course.BeginWritingAsync,
            FailedBefore: rescore.RequestedAt);
        var stopped = await apply.RunAsync(run, rescore.Scorers, options, cancellationToken);
        await SpentAsync(runId, budget?.Cap - budget?.Free, cancellationToken);
        catalog.Forget(runId);
        return stopped switch
        {
            null => Scored,
            TurnEndedException => More,
            RunStoppedException => await StopAsync(runId, stopped.Message, cancellationToken),

            // Resumed since, its event has come and gone.
            _ => await interruptions.EndingOfAsync(await catalog.GetAsync(runId, cancellationToken), stopped, cancellationToken) is var ending
                && ending == EvaluateCell.Paused && (await runs.GetAsync(runId, cancellationToken)).Status.IsActive() ? More : ending,
        };
    }

    private async Task<string> StopAsync(string runId, string reason, CancellationToken cancellationToken)
    {
        await ChangeAsync(runId, rescore => rescore with { Problem = $"{reason} What judges have said is kept; the same request goes on from there." }, cancellationToken);
        return EvaluateCell.Stopped;
    }

    private Task<RunRecord?> SpentAsync(string runId, decimal? spent, CancellationToken cancellationToken) =>
        ChangeAsync(runId, rescore => rescore.BudgetUsd is null ? null : rescore with { SpentUsd = spent }, cancellationToken);

    private Task<RunRecord?> ChangeAsync(string runId, Func<RunRescore, RunRescore?> change, CancellationToken cancellationToken) => runs.ChangeAsync(
        runId,
        run => run.Course.Rescore is { EndedAt: null } rescore && change(rescore) is { } changed ? run with { Course = run.Course with { Rescore = changed } } : null,
        cancellationToken);

    /// <summary>Tells the run's row how far its judges are, and learns from it whether they are wanted, once a second at most.</summary>
    private sealed class RescoreCourse(RunStore runs, RunRecord run, TimeProvider clock, TimeSpan turn)
    {
        private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

        private readonly Lock _lock = new();
        private readonly long _startedAt = clock.GetTimestamp();
        private long _toldAt = clock.GetTimestamp();
        private RunStatus _status = run.Status;
        private (long Judged, long Total) _done;

        /// <summary>Told by many at once: what is told late is no news.</summary>
        public void Report(long judged, long total)
        {
            lock (_lock)
            {
                _done = total != _done.Total ? (judged, total) : (Math.Max(judged, _done.Judged), total);
            }
        }

        public async ValueTask RefuseAsync(CancellationToken cancellationToken)
        {
            var told = Interlocked.Read(ref _toldAt);
            if (clock.GetElapsedTime(told) > Age && Interlocked.CompareExchange(ref _toldAt, clock.GetTimestamp(), told) == told)
            {
                var current = await runs.ChangeAsync(run.RunId, Told, cancellationToken) ?? await runs.GetAsync(run.RunId, cancellationToken);
                _status = current.IsRescored() ? current.Status : RunStatus.Cancelled;
            }

            if (!_status.IsActive())
            {
                throw new RunNotActiveException(_status);
            }

            if (clock.GetElapsedTime(_startedAt) > turn)
            {
                throw new TurnEndedException();
            }
        }

        public async Task BeginWritingAsync(CancellationToken cancellationToken)
        {
            if (await runs.ChangeAsync(run.RunId, current => current.IsRescored() && current.Status.IsActive() ? With(current, isWriting: true) : null, cancellationToken) is null)
            {
                var current = await runs.GetAsync(run.RunId, cancellationToken);
                throw new RunNotActiveException(current.IsRescored() ? current.Status : RunStatus.Cancelled);
            }
        }

        private RunRecord? Told(RunRecord current) =>
            current.Course.Rescore is { EndedAt: null } rescore && current.Status.IsActive() && (rescore.Judged, rescore.Total) != _done ? With(current, rescore.IsWriting) : null;

        private RunRecord With(RunRecord current, bool isWriting) => current with
        {
            Course = current.Course with { Rescore = current.Course.Rescore! with { Judged = _done.Judged, Total = _done.Total, IsWriting = isWriting } },
        };
    }
}

using FunctionsEval.Agents.Reviews.Rules;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Agents.Reviews;

/// <summary>Looks at the runs and at the queue of jobs for what would otherwise go unnoticed.</summary>
public sealed class RunReview(RunStore runs, CellLedger cells, FindingStore findings, PipelineStorageQueue? queue = null)
{
    public async Task<IReadOnlyList<Observation>> LookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var poisoned = queue is null ? 0 : await queue.PoisonedAsync(cancellationToken);
        var observed = RunConditions.OfPoison(PipelineJob.PoisonQueueName, poisoned).ToList();
        var seen = await findings.SeenAsync(cancellationToken);
        await foreach (var run in runs.AllAsync(cancellationToken))
        {
            observed.AddRange(await LookAtAsync(run, seen.GetValueOrDefault(run.RunId), now, cancellationToken));
        }

        return observed;
    }

    private async Task<IReadOnlyList<Observation>> LookAtAsync(RunRecord run, SeenRun? seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (run.Status.IsFinished() && seen is not null)
        {
            await findings.ForgetAsync(run.RunId, cancellationToken);
        }

        // Runs that ended long ago cost a review nothing but their row.
        if (run.Status.IsFinished() && now - (run.Course.CompletedAt ?? run.CreatedAt) > RunConditions.Recent)
        {
            return [];
        }

        var counts = (await cells.CountAsync(run, cancellationToken)).Aggregate(CellCounts.None, (a, b) => a + b);
        var status = JsonRules.Name(run.Status);
        var moved = counts.Finished + (run.Course.Rescore?.Judged ?? 0);
        var since = seen is not null && (seen.Status, seen.Ended) == (status, moved) ? seen.Since : now;
        if (!run.Status.IsFinished() && since == now)
        {
            await findings.SawAsync(run.RunId, new SeenRun(status, moved, now), cancellationToken);
        }

        return [.. RunConditions.OfRun(new ReviewedRun(run, counts.Finished, counts.Failed, since), now)];
    }
}

using FunctionsEval.Runs;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Storage;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Reviews;

/// <summary>
/// Looks at the runs and the queue for what would otherwise go unnoticed, and keeps what it finds. Repeating it is harmless; two at once
/// write the same rows.
/// </summary>
public sealed partial class Review(
    RunStore runs, CellLedger cells, FindingStore findings, TimeProvider clock, ILogger<Review> logger, PipelineStorageQueue? queue = null)
{
    public const string Name = "Review";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ResolvedKeptFor = TimeSpan.FromDays(30);

    [Function(Name)]
    public Task OnTimerAsync([TimerTrigger("0 7/15 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <summary>Gives the open findings.</summary>
    public async Task<ReviewReport> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var observed = new Dictionary<string, Observation>(StringComparer.Ordinal);
        var poisoned = queue is null ? 0 : await queue.PoisonedAsync(cancellationToken);
        foreach (var observation in ReviewRules.OfPoison(PipelineJob.PoisonQueueName, poisoned))
        {
            observed.Add(ReviewRules.IdOf(observation), observation);
        }

        var seen = await findings.SeenAsync(cancellationToken);
        await foreach (var run in runs.AllAsync(cancellationToken))
        {
            foreach (var observation in await LookAtAsync(run, seen.GetValueOrDefault(run.RunId), now, cancellationToken))
            {
                observed.Add(ReviewRules.IdOf(observation), observation);
            }
        }

        await KeepAsync(observed, now, cancellationToken);
        await findings.ReviewedAsync(now, cancellationToken);
        return await findings.ReportAsync(withResolved: false, cancellationToken);
    }

    /// <summary>Reviews now and every fifteen minutes until cancelled; a review that fails is logged and does not keep off the next.</summary>
    public async Task RepeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await RunAsync(cancellationToken);
            }
            catch (StorageException exception)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task<IReadOnlyList<Observation>> LookAtAsync(RunRecord run, SeenRun? seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (run.Status.IsFinished() && seen is not null)
        {
            await findings.ForgetAsync(run.RunId, cancellationToken);
        }

        // Runs that ended long ago cost a review nothing but their row.
        if (run.Status.IsFinished() && now - (run.Course.CompletedAt ?? run.CreatedAt) > ReviewRules.Recent)
        {
            return [];
        }

        var counts = (await cells.CountAsync(run, cancellationToken)).Aggregate(CellCounts.None, (a, b) => a + b);
        var status = Json.Name(run.Status);
        var since = seen is not null && (seen.Status, seen.Ended) == (status, counts.Finished) ? seen.Since : now;
        if (!run.Status.IsFinished() && since == now)
        {
            await findings.SawAsync(run.RunId, new SeenRun(status, counts.Finished, now), cancellationToken);
        }

        return [.. ReviewRules.OfRun(new ReviewedRun(run, counts.Finished, counts.Failed, since), now)];
    }

    private async Task KeepAsync(Dictionary<string, Observation> observed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var known in await findings.AllAsync(cancellationToken))
        {
            if (known.ResolvedAt is null && observed.Remove(known.Id, out var still))
            {
                await findings.SaveAsync(FindingOf(known.Id, still, known.FirstSeenAt, now), cancellationToken);
            }
            else if (known.ResolvedAt is null)
            {
                await findings.SaveAsync(known with { ResolvedAt = now }, cancellationToken);
                LogResolved(known.Rule, known.Subject);
            }
            else if (now - known.ResolvedAt > ResolvedKeptFor)
            {
                await findings.RemoveAsync(known, cancellationToken);
            }
        }

        foreach (var (id, observation) in observed)
        {
            await findings.SaveAsync(FindingOf(id, observation, now, now), cancellationToken);
            LogFound(observation.Rule, observation.Subject, observation.Message);
        }
    }

    private static Finding FindingOf(string id, Observation seen, DateTimeOffset first, DateTimeOffset last) =>
        new(id, seen.Rule, seen.Severity, seen.Subject, seen.Message, seen.SuggestedAction, first, last);

    [LoggerMessage(LogLevel.Warning, "Finding {Rule} of {Subject}: {Finding}")]
    private partial void LogFound(string rule, string subject, string finding);

    [LoggerMessage(LogLevel.Information, "Finding {Rule} of {Subject} is resolved")]
    private partial void LogResolved(string rule, string subject);

    [LoggerMessage(LogLevel.Error, "The review could not be made")]
    private partial void LogFailed(Exception exception);
}

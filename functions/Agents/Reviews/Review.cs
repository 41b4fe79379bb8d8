using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Reviews;

/// <summary>Proposes tasks that would mend what is found.</summary>
/// <param name="open">All open findings.</param>
public delegate Task ProposeTasks(IReadOnlyList<Finding> open, CancellationToken cancellationToken);

/// <summary>
/// Looks at the agents' pipeline and at the runs, and keeps what it finds. Repeating it is harmless, and while one review goes on, whichever
/// process makes it, another one only gives what is known.
/// </summary>
public sealed partial class Review(
    TaskStore tasks, GoalStore goals, ArtefactStore artefacts, RunReview runReview, ReviewRules rules, FindingStore findings, FindingsWebhook webhook, ProposeTasks propose, RunExecutor me, TimeProvider clock, ILogger<Review> logger)
{
    private const int MaxEvidence = 50;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ResolvedKeptFor = TimeSpan.FromDays(30);

    /// <summary>Gives the open findings.</summary>
    public async Task<ReviewReport> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await findings.TryBeginAsync(me, now, Patience, cancellationToken) is { } turn)
        {
            DateTimeOffset? reviewedAt = null;
            try
            {
                await LookAsync(now, cancellationToken);
                reviewedAt = now;
            }
            finally
            {
                await findings.EndAsync(turn, reviewedAt, CancellationToken.None);
            }
        }

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

    private async Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var observed = new Dictionary<string, Observation>(StringComparer.Ordinal);

        // What a report did not take in before its process died.
        var ended = await PipelineState.EndedAsync(tasks, now, cancellationToken);
        await goals.TakeInAsync(ended.Added, cancellationToken);
        var pipeline = await PipelineState.ReadAsync(tasks, goals, artefacts, ended, now, cancellationToken);
        foreach (var observation in (await runReview.LookAsync(now, cancellationToken)).Concat(rules.Look(pipeline)))
        {
            observed[observation.Id] = observation;
        }

        await SaveAsync(observed, now, cancellationToken);
        await propose((await findings.ReportAsync(withResolved: false, cancellationToken)).Findings, cancellationToken);

        await webhook.SendAsync(now, cancellationToken);

        // Only now: a review that is broken off before looks at the same tasks again, and comes to the same.
        await tasks.KeepAsync(ended, cancellationToken);
    }

    /// <summary>Stores what is observed, and what is not any more.</summary>
    private async Task SaveAsync(Dictionary<string, Observation> observed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seen = new List<(Finding Finding, bool IsChanged)>();
        foreach (var known in await findings.AllAsync(cancellationToken))
        {
            if (known.ResolvedAt is null)
            {
                seen.Add(observed.Remove(known.Id, out var still) ? (FindingOf(still, known.FirstSeenAt, now), false) : (known with { ResolvedAt = now }, true));
            }
            else if (now - known.ResolvedAt > ResolvedKeptFor)
            {
                await findings.RemoveAsync(known, cancellationToken);
            }
        }

        seen.AddRange(observed.Values.Select(observation => (FindingOf(observation, now, now), true)));
        foreach (var some in seen.Chunk(FindingStore.AtOnce))
        {
            var changed = some.Where(entry => entry.IsChanged).Select(entry => entry.Finding).ToList();
            await findings.SaveAsync(some.Select(entry => entry.Finding), webhook.MessageOf(changed, now), cancellationToken);
            changed.ForEach(Log);
        }
    }

    private void Log(Finding finding)
    {
        if (finding.ResolvedAt is null)
        {
            LogFound(finding.Rule, finding.Severity, finding.Subject, finding.Message);
        }
        else
        {
            LogResolved(finding.Rule, finding.Subject);
        }
    }

    private static Finding FindingOf(Observation seen, DateTimeOffset first, DateTimeOffset last) =>
        new(seen.Id, seen.Rule, seen.Severity, seen.Subject, seen.Message, seen.SuggestedAction, [.. (seen.Evidence ?? []).Take(MaxEvidence)], first, last);

    [LoggerMessage(LogLevel.Warning, "Finding {Rule} ({Severity}) of {Subject}: {Finding}")]
    private partial void LogFound(string rule, Severity severity, string subject, string finding);

    [LoggerMessage(LogLevel.Information, "Finding {Rule} of {Subject} is resolved")]
    private partial void LogResolved(string rule, string subject);

    [LoggerMessage(LogLevel.Error, "The review could not be made")]
    private partial void LogFailed(Exception exception);
}

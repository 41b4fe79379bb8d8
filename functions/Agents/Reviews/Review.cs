using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Proposals;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Storage;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Agents.Reviews;

/// <summary>
/// Looks at the agents' pipeline and at the runs, and keeps what it finds. Repeating it is harmless, and while one review goes on, whichever
/// process makes it, another one only gives what is known.
/// </summary>
public sealed partial class Review(
    TaskStore tasks, GoalStore goals, ArtefactStore artefacts, RunReview runReview, ReviewRules rules, FindingStore findings, FindingsWebhook webhook, MakeProposals proposals, TimeProvider clock, ILogger<Review> logger)
{
    public const string Name = "Review";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ResolvedKeptFor = TimeSpan.FromDays(30);

    [Function(Name)]
    public Task OnTimerAsync([TimerTrigger("0 7/15 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <summary>Gives the open findings.</summary>
    public async Task<ReviewReport> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await findings.TryBeginAsync(now, Patience, cancellationToken))
        {
            DateTimeOffset? reviewedAt = null;
            try
            {
                await LookAsync(now, cancellationToken);
                reviewedAt = now;
            }
            finally
            {
                await findings.EndAsync(reviewedAt, CancellationToken.None);
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
        await goals.TakeInAsync(await tasks.EndedAsync(now - Patience - Interval, now.AddMinutes(2), cancellationToken), cancellationToken);
        var pipeline = await PipelineState.ReadAsync(tasks, goals, artefacts, now, cancellationToken);
        foreach (var observation in (await runReview.LookAsync(now, cancellationToken)).Concat(rules.Look(pipeline)))
        {
            observed[observation.Id] = observation;
        }

        var changed = await KeepAsync(observed, now, cancellationToken);
        await proposals.ProposeAsync((await findings.ReportAsync(withResolved: false, cancellationToken)).Findings, cancellationToken);
        await webhook.SendAsync(changed, now, cancellationToken);
    }

    /// <summary>Stores what is observed; gives the findings that are new or resolved.</summary>
    private async Task<IReadOnlyList<Finding>> KeepAsync(Dictionary<string, Observation> observed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var changed = new List<Finding>();
        foreach (var known in await findings.AllAsync(cancellationToken))
        {
            if (known.ResolvedAt is null && observed.Remove(known.Id, out var still))
            {
                await findings.SaveAsync(FindingOf(still, known.FirstSeenAt, now), cancellationToken);
            }
            else if (known.ResolvedAt is null)
            {
                changed.Add(known with { ResolvedAt = now });
                LogResolved(known.Rule, known.Subject);
            }
            else if (now - known.ResolvedAt > ResolvedKeptFor)
            {
                await findings.RemoveAsync(known, cancellationToken);
            }
        }

        foreach (var observation in observed.Values)
        {
            changed.Add(FindingOf(observation, now, now));
            LogFound(observation.Rule, observation.Severity, observation.Subject, observation.Message);
        }

        foreach (var finding in changed)
        {
            await findings.SaveAsync(finding, cancellationToken);
        }

        return changed;
    }

    private static Finding FindingOf(Observation seen, DateTimeOffset first, DateTimeOffset last) =>
        new(seen.Id, seen.Rule, seen.Severity, seen.Subject, seen.Message, seen.SuggestedAction, seen.Evidence ?? [], first, last);

    [LoggerMessage(LogLevel.Warning, "Finding {Rule} ({Severity}) of {Subject}: {Finding}")]
    private partial void LogFound(string rule, Severity severity, string subject, string finding);

    [LoggerMessage(LogLevel.Information, "Finding {Rule} of {Subject} is resolved")]
    private partial void LogResolved(string rule, string subject);

    [LoggerMessage(LogLevel.Error, "The review could not be made")]
    private partial void LogFailed(Exception exception);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Thresholds;
using FunctionsEval.Agents.Variants;
using FunctionsEval.Statistics;

namespace FunctionsEval.Agents.Proposals;

/// <summary>Suggests tasks from open findings, makes tasks of those that are accepted, and says what they brought.</summary>
public sealed class MakeProposals(ProposalStore proposals, TaskStore tasks, FindingStore findings, AgentThresholds thresholds, TimeProvider clock)
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>
    /// Suggests one task for each condition: none while an earlier suggestion about it is undecided or its task is open, and none within the cooldown.
    /// </summary>
    public async Task ProposeAsync(IEnumerable<Finding> open, CancellationToken cancellationToken)
    {
        var (settings, now) = (thresholds.Proposals, clock.GetUtcNow());
        var known = await proposals.AllAsync(cancellationToken);
        var left = settings.DailyCap - known.Count(proposal => proposal.DecidedBy == Proposal.Setting && proposal.DecidedAt?.UtcDateTime.Date == now.UtcDateTime.Date);
        var undecided = known.Where(proposal => proposal.Status == ProposalStatus.Proposed).ToLookup(proposal => proposal.Finding, StringComparer.Ordinal);
        foreach (var finding in open)
        {
            var waiting = undecided[finding.Id].ToList();
            if (ProposalKinds.Of(finding) is var (kind, taskType, direction) && !await IsKnownAsync(known, kind, finding.Subject, now, cancellationToken))
            {
                var proposal = ProposalOf(finding, kind, taskType, direction, now);
                await proposals.AddAsync(proposal, cancellationToken);
                waiting.Add(proposal);
            }

            // Also what an earlier review made and broke off before it accepted it.
            foreach (var proposal in settings.Autonomous ? waiting : [])
            {
                if (left-- > 0)
                {
                    await AcceptAsync(proposal.ProposalId, Proposal.Setting, cancellationToken);
                }
            }
        }

        await MendAsync(known, now, cancellationToken);
    }

    /// <summary>Makes the tasks of proposals whose acceptance broke off before it did.</summary>
    private async Task MendAsync(IReadOnlyList<Proposal> known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var proposal in known.Where(proposal => proposal.Status == ProposalStatus.Accepted && now - proposal.DecidedAt < Week))
        {
            if (await tasks.FindAsync(proposal.Task.TaskId, cancellationToken) is null)
            {
                await AcceptAsync(proposal.ProposalId, proposal.DecidedBy!, cancellationToken);
            }
        }
    }

    /// <summary>Makes the task of a proposal; also when an earlier acceptance broke off before it did. Null when there is no such proposal.</summary>
    public async Task<Proposal?> AcceptAsync(string id, string decidedBy, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var decided = await proposals.DecideAsync(id, ProposalStatus.Accepted, decidedBy, now, cancellationToken);
        if (decided is { Status: ProposalStatus.Accepted })
        {
            await tasks.ChangeAsync(decided.Task.TaskId, task => task is null ? new AgentTask(decided.Task.TaskId, AgentTaskStatus.Pending, now, now, decided.Task) : null, cancellationToken);
        }

        return decided;
    }

    public Task<Proposal?> RejectAsync(string id, CancellationToken cancellationToken) =>
        proposals.DecideAsync(id, ProposalStatus.Rejected, Proposal.Person, clock.GetUtcNow(), cancellationToken);

    public async Task<ProposalView> ViewAsync(Proposal proposal, CancellationToken cancellationToken)
    {
        var task = proposal.Status == ProposalStatus.Accepted ? await tasks.FindAsync(proposal.Task.TaskId, cancellationToken) : null;
        var finding = await findings.FindAsync(proposal.Finding, cancellationToken);
        var effect = task?.EndedAt is { } ended ? await EffectAsync(proposal, ended, cancellationToken) : null;
        return new ProposalView(proposal, task?.Status, finding is null ? null : finding.ResolvedAt is not null, effect);
    }

    private static Proposal ProposalOf(Finding finding, string kind, string taskType, string direction, DateTimeOffset now)
    {
        // Of the condition and the moment it began: two processes that see it make the same one.
        var text = string.Create(CultureInfo.InvariantCulture, $"{kind}|{finding.Subject}|{now:yyyy-MM-ddTHH}");
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
        var task = new TaskRequest(
            $"proposal-{id}", taskType, direction.Length > TaskRules.MaxDirection ? direction[..TaskRules.MaxDirection] : direction, Priority: 2, Context: new TaskContext(Proposal: id));
        return new Proposal(id, kind, finding.Subject, finding.Message, finding.Evidence, finding.Id, task, now);
    }

    private async Task<bool> IsKnownAsync(IReadOnlyList<Proposal> known, string kind, string subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var proposal in known.Where(proposal => proposal.Kind == kind && proposal.Subject == subject))
        {
            if (proposal.Status == ProposalStatus.Proposed || (now - proposal.DecidedAt!.Value).TotalHours < thresholds.Proposals.CooldownHours
                || (proposal.Status == ProposalStatus.Accepted && (await tasks.FindAsync(proposal.Task.TaskId, cancellationToken))?.Status.IsEnded() == false))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<ProposalEffect?> EffectAsync(Proposal proposal, DateTimeOffset ended, CancellationToken cancellationToken)
    {
        var isAbout = ProposalKinds.IsAbout(proposal);
        var before = await CountAsync(proposal.DecidedAt!.Value - Week, proposal.DecidedAt.Value, isAbout, cancellationToken);
        var after = await CountAsync(ended.AddTicks(1), ended + Week, task => task.TaskId != proposal.Task.TaskId && isAbout(task), cancellationToken);
        if (before.Tasks == 0 || after.Tasks == 0)
        {
            return null;
        }

        var (rateBefore, rateAfter) = ((double)before.Completed / before.Tasks, (double)after.Completed / after.Tasks);
        var interval = NewcombeInterval.OfDifference(after.Completed, after.Tasks, before.Completed, before.Tasks, 0.95);
        var word = interval.Lower > 0 ? "It helped" : interval.Upper < 0 ? "It made things worse" : "Whether it helped cannot be told";
        return new ProposalEffect(
            before.Tasks, Math.Round(rateBefore, 4), after.Tasks, Math.Round(rateAfter, 4), Math.Round(rateAfter - rateBefore, 4), Bounds.Of(interval)!,
            string.Create(CultureInfo.InvariantCulture, $"{word}: {100 * rateBefore:F0}% of {before.Tasks} tasks completed in the week before, {100 * rateAfter:F0}% of {after.Tasks} in the week after."));
    }

    private async Task<(long Tasks, long Completed)> CountAsync(DateTimeOffset from, DateTimeOffset to, Func<AgentTask, bool> isAbout, CancellationToken cancellationToken)
    {
        var about = (await tasks.EndedAsync(from, to, cancellationToken)).All.Where(isAbout).ToList();
        return (about.Count, about.Count(task => task.Status == AgentTaskStatus.Completed));
    }
}

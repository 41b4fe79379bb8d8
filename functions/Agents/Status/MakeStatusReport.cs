using System.Globalization;
using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Reviews.Rules;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Status;

/// <summary>Makes the status report from what is stored now.</summary>
public sealed class MakeStatusReport(TaskStore tasks, GoalStore goals, ArtefactStore artefacts, FindingStore findings, TimeProvider clock)
{
    private const int MaxFindings = 10;
    private const int MaxSignatures = 12;
    private const int MixedFrom = 5;
    private const double OneSided = 0.8;

    public async Task<StatusReport> MakeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var state = await PipelineState.ReadAsync(tasks, goals, artefacts, await PipelineState.EndedAsync(tasks, now, cancellationToken), now, cancellationToken);
        var open = (await findings.ReportAsync(withResolved: false, cancellationToken)).Findings;
        var phases = PhasesOf(state);
        var attention = Attention.Of(state, phases);
        string[] reasons =
        [
            .. attention.Flags.Select(flag => $"attention: {flag}"),
            .. open.Where(finding => finding is { Severity: Severity.High, NeedsAttention: true }).Select(finding => $"{finding.Rule}: {finding.Message}").Take(MaxFindings),
        ];
        return new StatusReport(
            reasons.Length == 0 ? StatusReport.GoingWell : StatusReport.NeedsAttention, state.Now, reasons, QueueOf(state, phases), ExecutionOf(state), attention,
            [.. open.Take(MaxFindings)],
            [.. state.Goals.Select(goal => goal with { Backlog = [] })]);
    }

    private static SortedDictionary<string, PhaseStatus> PhasesOf(PipelineState state)
    {
        var phases = new SortedDictionary<string, PhaseStatus>(StringComparer.Ordinal);
        foreach (var type in state.Open.Concat(state.Ended).GroupBy(task => task.TaskType, StringComparer.Ordinal))
        {
            var counts = type.CountBy(task => task.Status).ToDictionary();
            int Of(AgentTaskStatus status) => counts.GetValueOrDefault(status);
            phases[type.Key] = new PhaseStatus(
                Of(AgentTaskStatus.Pending), Of(AgentTaskStatus.Running), Of(AgentTaskStatus.NeedsDecision), Of(AgentTaskStatus.Completed), Of(AgentTaskStatus.Failed), Of(AgentTaskStatus.TimedOut));
        }

        return phases;
    }

    private static QueueStatus QueueOf(PipelineState state, SortedDictionary<string, PhaseStatus> phases)
    {
        var pending = state.Pending.ToList();
        var most = phases.Count == 0 ? default : phases.MaxBy(phase => phase.Value.Pending);
        var mix = pending.Count >= MixedFrom && most.Value.Pending >= OneSided * pending.Count
            ? string.Create(CultureInfo.InvariantCulture, $"{most.Value.Pending} of {pending.Count} pending tasks are of type {most.Key}.")
            : null;
        return new QueueStatus(
            pending.Count, phases.Values.Sum(phase => phase.Running), phases.Values.Sum(phase => phase.NeedsDecision),
            pending.Count == 0 ? null : pending.Max(task => state.Now - task.ChangedAt).TotalSeconds, phases, mix);
    }

    private static ExecutionStatus ExecutionOf(PipelineState state)
    {
        var week = new DayRollUp();
        foreach (var task in state.Ended)
        {
            week.Add(task.Metric!);
        }

        var total = week.Total();
        return new ExecutionStatus(
            SuccessRate.Of(total),
            ExecutionTime.Of(week.Seconds),
            Math.Round(total.Tasks / PipelineState.EndedFor.TotalDays, 1),
            UsageMetrics.Of(total),
            state.Ended.Where(task => task.Status == AgentTaskStatus.Failed && !string.IsNullOrWhiteSpace(task.Metric!.Error))
                .CountBy(task => FailureSignature.Of(task.Metric!.Error!), StringComparer.Ordinal)
                .OrderByDescending(entry => entry.Value).Take(MaxSignatures).ToDictionary(StringComparer.Ordinal));
    }
}

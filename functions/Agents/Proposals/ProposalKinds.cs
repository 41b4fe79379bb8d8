using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Reviews.Rules;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents.Proposals;

/// <summary>What is suggested about which finding.</summary>
internal static class ProposalKinds
{
    private const string Unblock = "unblock_goal";
    private const string Heal = "heal_pipeline";
    private const string Clarify = "clarify_direction";
    private const string Split = "split_item";

    /// <summary>Null where a finding calls for no task.</summary>
    public static (string Kind, string TaskType, string Direction)? Of(Finding finding) => finding.Rule switch
    {
        StalledGoal.Id => (Unblock, "spec", $"{finding.Message} Find out what its next items wait for ({string.Join(", ", finding.Evidence)}), and make the first of them ready to be worked on."),
        StuckPhase.Id or ExecutorFailing.Id or TimeoutPattern.Id => (Heal, "heal", $"{finding.Message} {finding.SuggestedAction} Tasks: {string.Join(", ", finding.Evidence)}."),
        RepeatedFailures.Id => (Clarify, "spec", $"{finding.Message} Say in the directions of such tasks what avoids it. Tasks: {string.Join(", ", finding.Evidence)}."),
        OversizedItem.Id => (Split, "spec", $"{finding.Message} Split it into items that can be done one by one, each with an acceptance test."),
        _ => null,
    };

    public static Func<AgentTask, bool> IsAbout(Proposal proposal) => proposal.Kind switch
    {
        Unblock => task => task.Goal == proposal.Subject,
        Split => task => task.Request?.BacklogItem is { } item && proposal.Subject.EndsWith($"/{item}", StringComparison.Ordinal),

        // A type or an executor, or a type with the signature of a failure.
        _ => task => task.TaskType == proposal.Subject || task.Executor == proposal.Subject || proposal.Subject.StartsWith($"{task.TaskType}: ", StringComparison.Ordinal),
    };
}

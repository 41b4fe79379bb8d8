using System.Text.Json.Serialization;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Variants;

namespace FunctionsEval.Agents.Proposals;

/// <summary>A task that a review suggests, and what became of the suggestion.</summary>
/// <param name="Kind">As unblock_goal; with the subject it says what it is about.</param>
/// <param name="Reason">The finding in words.</param>
/// <param name="Finding">The id of the finding.</param>
/// <param name="Task">What is done once it is accepted.</param>
/// <param name="DecidedBy">person, or setting where <c>proposals.autonomous</c> is on.</param>
public sealed record Proposal(
    string ProposalId,
    string Kind,
    string Subject,
    string Reason,
    IReadOnlyList<string> Evidence,
    string Finding,
    TaskRequest Task,
    DateTimeOffset CreatedAt,
    ProposalStatus Status = ProposalStatus.Proposed,
    DateTimeOffset? DecidedAt = null,
    string? DecidedBy = null)
{
    public const string Person = "person";
    public const string Setting = "setting";
}

[JsonConverter(typeof(SnakeCaseEnumConverter<ProposalStatus>))]
public enum ProposalStatus
{
    Proposed,
    Accepted,
    Rejected,
}

/// <summary>A proposal with its task and what it brought.</summary>
/// <param name="TaskStatus">Null until it is accepted.</param>
/// <param name="Resolved">Whether the finding is resolved; null once it is forgotten.</param>
public sealed record ProposalView(Proposal Proposal, AgentTaskStatus? TaskStatus, bool? Resolved, ProposalEffect? Effect);

/// <summary>The success rate of the tasks that it is about, in the week before it was accepted and in the week after its task ended.</summary>
/// <param name="Interval">Newcombe's of the difference, 95%.</param>
public sealed record ProposalEffect(long TasksBefore, double RateBefore, long TasksAfter, double RateAfter, double Difference, Bounds Interval, string Sentence);

public sealed record ProposalPage(IReadOnlyList<ProposalView> Proposals);

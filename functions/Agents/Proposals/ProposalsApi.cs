using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Agents.Proposals;

internal static class ProposalsApi
{
    private const int MaxShown = 200;

    public static void MapProposals(this IEndpointRouteBuilder agent)
    {
        agent.MapGet("/proposals", List);
        agent.MapGet("/proposals/{id}", Get);
        agent.MapPost("/proposals/{id}/accept", Accept);
        agent.MapPost("/proposals/{id}/reject", Reject);
    }

    /// <summary>The newest first.</summary>
    internal static async Task<Results<Ok<ProposalPage>, ProblemHttpResult>> List(
        ProposalStore store, MakeProposals proposals, CancellationToken cancellationToken, string? status = null)
    {
        var known = Enum.GetValues<ProposalStatus>().ToDictionary(JsonRules.Name, StringComparer.Ordinal);
        if (status is not null && !known.ContainsKey(status))
        {
            return Problems.Invalid([new FieldError("status", $"status must be one of {string.Join(", ", known.Keys)}, but is '{Excerpt.Of(status)}'.")]);
        }

        var shown = (await store.AllAsync(cancellationToken)).Where(proposal => status is null || proposal.Status == known[status]).Take(MaxShown);
        return TypedResults.Ok(new ProposalPage(await Task.WhenAll(shown.Select(proposal => proposals.ViewAsync(proposal, cancellationToken)))));
    }

    internal static async Task<Results<Ok<ProposalView>, ProblemHttpResult>> Get(string id, ProposalStore store, MakeProposals proposals, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } proposal ? TypedResults.Ok(await proposals.ViewAsync(proposal, cancellationToken)) : Problems.NotFound("Proposal", id);

    internal static async Task<Results<Ok<ProposalView>, ProblemHttpResult>> Accept(string id, MakeProposals proposals, CancellationToken cancellationToken) =>
        await ResultOfAsync(id, await proposals.AcceptAsync(id, Proposal.Person, cancellationToken), ProposalStatus.Accepted, proposals, cancellationToken);

    internal static async Task<Results<Ok<ProposalView>, ProblemHttpResult>> Reject(string id, MakeProposals proposals, CancellationToken cancellationToken) =>
        await ResultOfAsync(id, await proposals.RejectAsync(id, cancellationToken), ProposalStatus.Rejected, proposals, cancellationToken);

    private static async Task<Results<Ok<ProposalView>, ProblemHttpResult>> ResultOfAsync(
        string id, Proposal? decided, ProposalStatus wanted, MakeProposals proposals, CancellationToken cancellationToken) =>
        decided is null ? Problems.NotFound("Proposal", id)
        : decided.Status == wanted ? TypedResults.Ok(await proposals.ViewAsync(decided, cancellationToken))
        : TypedResults.Problem($"Proposal '{Excerpt.Of(id)}' is {JsonRules.Name(decided.Status)} already.", statusCode: StatusCodes.Status409Conflict);
}

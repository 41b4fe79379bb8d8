using System.Text.Json;
using FunctionsEval.Storage;

namespace FunctionsEval.Agents.Proposals;

/// <summary>All proposals that were ever made.</summary>
public sealed class ProposalStore(IEntityStore entities)
{
    public async Task<IReadOnlyList<Proposal>> AllAsync(CancellationToken cancellationToken)
    {
        var all = new List<Proposal>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.AgentProposals, TableKeys.AllProposals), cancellationToken))
        {
            all.Add(ProposalOf(row));
        }

        return [.. all.OrderByDescending(proposal => proposal.CreatedAt).ThenBy(proposal => proposal.ProposalId, StringComparer.Ordinal)];
    }

    public async Task<Proposal?> FindAsync(string id, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.AgentProposals, TableKeys.AllProposals, id, cancellationToken) is { } row ? ProposalOf(row) : null;

    /// <summary>Another process may make the same one: it is made once.</summary>
    public Task AddAsync(Proposal proposal, CancellationToken cancellationToken) =>
        entities.SubmitAsync(TableKeys.AgentProposals, EntityOperation.Insert(RowOf(proposal)), cancellationToken);

    /// <summary>Decides on a proposal that nobody has decided on; null when there is none, else what is stored then.</summary>
    public async Task<Proposal?> DecideAsync(string id, ProposalStatus status, string decidedBy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (await entities.FindAsync(TableKeys.AgentProposals, TableKeys.AllProposals, id, cancellationToken) is { } row)
        {
            var known = ProposalOf(row);
            if (known.Status != ProposalStatus.Proposed)
            {
                return known;
            }

            var decided = known with { Status = status, DecidedAt = now, DecidedBy = decidedBy };
            var replacement = RowOf(decided);
            replacement.ETag = row.ETag;
            if ((await entities.SubmitAsync(TableKeys.AgentProposals, EntityOperation.Replace(replacement), cancellationToken)).IsApplied)
            {
                return decided;
            }
        }

        return null;
    }

    private static Entity RowOf(Proposal proposal)
    {
        var row = new Entity(TableKeys.AllProposals, proposal.ProposalId);
        row.SetText("proposal", JsonSerializer.Serialize(proposal, ProposalsJson.Context.Proposal));
        return row;
    }

    private static Proposal ProposalOf(Entity row) => JsonSerializer.Deserialize(row.GetText("proposal")!, ProposalsJson.Context.Proposal)!;
}

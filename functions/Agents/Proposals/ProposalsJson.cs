using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Proposals;

/// <summary>The JSON of proposals, on the wire and in the store.</summary>
[JsonSerializable(typeof(Proposal))]
[JsonSerializable(typeof(ProposalView))]
[JsonSerializable(typeof(ProposalPage))]
internal sealed partial class ProposalsJson : JsonSerializerContext
{
    public static ProposalsJson Context { get; } = new(JsonRules.NewSnakeCaseOptions());
}

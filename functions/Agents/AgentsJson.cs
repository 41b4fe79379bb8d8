using System.Text.Json.Serialization.Metadata;
using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Proposals;
using FunctionsEval.Agents.Queue;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Status;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Variants;

namespace FunctionsEval.Agents;

/// <summary>The JSON of all that is about agents: names are snake_case.</summary>
internal static class AgentsJson
{
    public static IJsonTypeInfoResolver OnTheWire { get; } = JsonRules.InSnakeCase(
        new TasksJson(), new QueueJson(), new MetricsJson(), new VariantsJson(), new GoalsJson(), new ArtefactsJson(), new ProposalsJson(), new ReviewsJson(), new StatusJson());
}

using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FunctionsEval.Agents.Artefacts;
using FunctionsEval.Agents.Goals;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Proposals;
using FunctionsEval.Agents.Reviews;
using FunctionsEval.Agents.Status;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Agents.Variants;

namespace FunctionsEval.Agents;

/// <summary>The JSON of the agents' slice, on the wire and in the store: names are snake_case.</summary>
[JsonSerializable(typeof(AgentTask))]
[JsonSerializable(typeof(TaskRequest))]
[JsonSerializable(typeof(TaskUpdate))]
[JsonSerializable(typeof(TaskMetric))]
[JsonSerializable(typeof(TaskPage))]
[JsonSerializable(typeof(NextTaskRequest))]
[JsonSerializable(typeof(NextTask))]
[JsonSerializable(typeof(PriorityReport))]
[JsonSerializable(typeof(MetricRecorded))]
[JsonSerializable(typeof(MetricBatch))]
[JsonSerializable(typeof(MetricBatchRecorded))]
[JsonSerializable(typeof(MetricsReport))]
[JsonSerializable(typeof(VariantReport))]
[JsonSerializable(typeof(AssignmentRequest))]
[JsonSerializable(typeof(VariantAssignment))]
[JsonSerializable(typeof(Goal))]
[JsonSerializable(typeof(GoalRequest))]
[JsonSerializable(typeof(BacklogItem))]
[JsonSerializable(typeof(GoalStatus))]
[JsonSerializable(typeof(GoalPage))]
[JsonSerializable(typeof(ArtefactRequest))]
[JsonSerializable(typeof(ArtefactReview))]
[JsonSerializable(typeof(TestHistory))]
[JsonSerializable(typeof(Proposal))]
[JsonSerializable(typeof(ProposalView))]
[JsonSerializable(typeof(ProposalPage))]
[JsonSerializable(typeof(GivenThresholds))]
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(Acknowledgement))]
[JsonSerializable(typeof(AcknowledgeRequest))]
[JsonSerializable(typeof(ReviewReport))]
[JsonSerializable(typeof(FindingsMessage))]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class AgentsJson : JsonSerializerContext
{
    public static AgentsJson Context { get; } = new(NewOptions());

    /// <summary>For options whose own names are in another case: the names of this slice stay snake_case.</summary>
    public static IJsonTypeInfoResolver OnTheWire { get; } = ((IJsonTypeInfoResolver)new AgentsJson()).WithAddedModifier(static type =>
    {
        foreach (var property in type.Kind == JsonTypeInfoKind.Object ? type.Properties : [])
        {
            property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        }
    });

    private static JsonSerializerOptions NewOptions()
    {
        var options = JsonRules.NewOptions();
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        return options;
    }
}

using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>Jobs of the queue, and inputs and results of orchestrations, as they stand in histories.</summary>
[JsonSerializable(typeof(PipelineJob))]
[JsonSerializable(typeof(RunInput))]
[JsonSerializable(typeof(BlockInput))]
[JsonSerializable(typeof(BlockResult))]
internal sealed partial class OrchestrationJson : JsonSerializerContext
{
    public static OrchestrationJson Context { get; } = new(JsonRules.NewOptions());
}

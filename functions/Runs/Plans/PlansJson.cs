using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Plans;

/// <summary>The plan that an orchestration has in its history.</summary>
[JsonSerializable(typeof(RunPlan))]
internal sealed partial class PlansJson : JsonSerializerContext
{
    public static PlansJson Context { get; } = new(JsonRules.NewOptions());
}

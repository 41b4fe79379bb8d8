using System.Text.Json.Serialization;

namespace FunctionsEval.Planning;

[JsonSerializable(typeof(PlanRequest))]
[JsonSerializable(typeof(PlanReport))]
internal sealed partial class PlanningJson : JsonSerializerContext
{
    public static PlanningJson Context { get; } = new(JsonRules.NewOptions());
}

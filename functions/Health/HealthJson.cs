using System.Text.Json.Serialization;

namespace FunctionsEval.Health;

[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(HealthStatus))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    public static HealthJson Context { get; } = new(JsonRules.NewOptions());
}

using System.Text.Json.Serialization;

namespace FunctionsEval.Gates;

[JsonSerializable(typeof(GateReport))]
internal sealed partial class GatesJson : JsonSerializerContext
{
    public static GatesJson Context { get; } = new(JsonRules.NewOptions());
}

using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Calls;

/// <summary>Provider calls on the wire.</summary>
[JsonSerializable(typeof(ProviderCallPage))]
internal sealed partial class CallsJson : JsonSerializerContext
{
    public static CallsJson Context { get; } = new(JsonRules.NewOptions());
}

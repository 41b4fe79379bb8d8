using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionsEval.AbTests;

[JsonSerializable(typeof(AbTestStarted))]
[JsonSerializable(typeof(AbTestPage))]
[JsonSerializable(typeof(AbTestDetail))]
[JsonSerializable(typeof(AbTestAnalysis))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class AbTestsJson : JsonSerializerContext
{
    public static AbTestsJson Context { get; } = new(JsonRules.NewOptions());
}

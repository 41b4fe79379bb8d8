using System.Text.Json.Serialization;

namespace FunctionsEval.SelfTests;

[JsonSerializable(typeof(SelfTestReport))]
internal sealed partial class SelfTestsJson : JsonSerializerContext
{
    public static SelfTestsJson Context { get; } = new(JsonRules.NewOptions());
}

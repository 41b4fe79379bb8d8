using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.Answers;

/// <summary>What answers used and took, on the wire.</summary>
[JsonSerializable(typeof(IReadOnlyList<VariantUsage>))]
internal sealed partial class AnswersJson : JsonSerializerContext
{
    public static AnswersJson Context { get; } = new(JsonRules.NewOptions());
}

using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Variants;

/// <summary>The JSON of variants, on the wire and in the store.</summary>
[JsonSerializable(typeof(VariantReport))]
[JsonSerializable(typeof(AssignmentRequest))]
[JsonSerializable(typeof(VariantAssignment))]
internal sealed partial class VariantsJson : JsonSerializerContext
{
    public static VariantsJson Context { get; } = new(JsonRules.NewSnakeCaseOptions());
}

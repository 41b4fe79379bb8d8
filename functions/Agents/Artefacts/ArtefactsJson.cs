using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Artefacts;

/// <summary>The JSON of artefacts, on the wire and in the store.</summary>
[JsonSerializable(typeof(ArtefactRequest))]
[JsonSerializable(typeof(ArtefactReview))]
[JsonSerializable(typeof(TestHistory))]
internal sealed partial class ArtefactsJson : JsonSerializerContext
{
    public static ArtefactsJson Context { get; } = new(JsonRules.NewSnakeCaseOptions());
}

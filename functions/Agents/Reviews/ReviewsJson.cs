using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Reviews;

/// <summary>The JSON of findings, on the wire and in the store.</summary>
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(Acknowledgement))]
[JsonSerializable(typeof(AcknowledgeRequest))]
[JsonSerializable(typeof(ReviewReport))]
[JsonSerializable(typeof(FindingsMessage))]
internal sealed partial class ReviewsJson : JsonSerializerContext
{
    public static ReviewsJson Context { get; } = new(JsonRules.NewSnakeCaseOptions());
}

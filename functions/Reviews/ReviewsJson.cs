using System.Text.Json.Serialization;

namespace FunctionsEval.Reviews;

[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(ReviewReport))]
internal sealed partial class ReviewsJson : JsonSerializerContext
{
    public static ReviewsJson Context { get; } = new(Json.NewOptions());
}

using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Thresholds;

/// <summary>The JSON of the settings.</summary>
[JsonSerializable(typeof(GivenThresholds))]
internal sealed partial class ThresholdsJson : JsonSerializerContext
{
    public static ThresholdsJson Context { get; } = new(JsonRules.NewSnakeCaseOptions());
}

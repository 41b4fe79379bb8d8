using System.Text.Json.Serialization;

namespace FunctionsEval.Runs.ExternalScoring;

/// <summary>What programs and services are sent.</summary>
[JsonSerializable(typeof(ScorerInput))]
internal sealed partial class ExternalScoringJson : JsonSerializerContext
{
    public static ExternalScoringJson Context { get; } = new(JsonRules.NewOptions());
}

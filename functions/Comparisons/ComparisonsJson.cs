using System.Text.Json.Serialization;

namespace FunctionsEval.Comparisons;

[JsonSerializable(typeof(RunsComparison))]
[JsonSerializable(typeof(IReadOnlyList<DifferingScenario>))]
internal sealed partial class ComparisonsJson : JsonSerializerContext
{
    public static ComparisonsJson Context { get; } = new(JsonRules.NewOptions());
}

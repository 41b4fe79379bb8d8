using System.Text.Json.Serialization;

namespace FunctionsEval.Comparisons;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunsComparison))]
[JsonSerializable(typeof(IReadOnlyList<DifferingScenario>))]
internal sealed partial class ComparisonsJson : JsonSerializerContext;

using System.Text.Json.Serialization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;

namespace FunctionsEval.Runs.Cells;

/// <summary>What the rows of cells hold as JSON.</summary>
[JsonSerializable(typeof(CellError))]
[JsonSerializable(typeof(IReadOnlyList<NamedScore>))]
[JsonSerializable(typeof(JudgeUsage))]
[JsonSerializable(typeof(Transcript))]
[JsonSerializable(typeof(IReadOnlyList<ProviderCall>))]
internal sealed partial class CellsJson : JsonSerializerContext
{
    public static CellsJson Context { get; } = new(JsonRules.NewOptions());
}

using System.Text.Json.Serialization;
using FunctionsEval.Runs.Analysis;

namespace FunctionsEval.Exports;

[JsonSerializable(typeof(ExportedCell))]
[JsonSerializable(typeof(RunAnalysis))]
internal sealed partial class ExportsJson : JsonSerializerContext
{
    public static ExportsJson Context { get; } = new(Json.NewOptions());
}

using System.Text.Json.Serialization;

namespace FunctionsEval.Exports;

[JsonSerializable(typeof(ExportedCell))]
internal sealed partial class ExportsJson : JsonSerializerContext
{
    public static ExportsJson Context { get; } = new(JsonRules.NewOptions());
}

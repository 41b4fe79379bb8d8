using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionsEval.Datasets;

[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dataset))]
[JsonSerializable(typeof(DatasetPage))]
[JsonSerializable(typeof(DatasetRowPage))]
internal sealed partial class DatasetsJson : JsonSerializerContext
{
    public static DatasetsJson Context { get; } = new(JsonRules.NewOptions());
}

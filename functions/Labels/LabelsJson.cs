using System.Text.Json.Serialization;

namespace FunctionsEval.Labels;

[JsonSerializable(typeof(LabelsRequest))]
[JsonSerializable(typeof(LabelReport))]
[JsonSerializable(typeof(LabelList))]
[JsonSerializable(typeof(LabelPlan))]
internal sealed partial class LabelsJson : JsonSerializerContext
{
    public static LabelsJson Context { get; } = new(JsonRules.NewOptions());
}

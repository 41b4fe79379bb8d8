using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FunctionsEval.Agents.Metrics;
using FunctionsEval.Agents.Tasks;

namespace FunctionsEval.Agents;

/// <summary>The JSON of the agents' slice, on the wire and in the store: names are snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AgentTask))]
[JsonSerializable(typeof(TaskRequest))]
[JsonSerializable(typeof(TaskUpdate))]
[JsonSerializable(typeof(TaskMetric))]
[JsonSerializable(typeof(TaskPage))]
[JsonSerializable(typeof(NextTaskRequest))]
[JsonSerializable(typeof(NextTask))]
[JsonSerializable(typeof(MetricRecorded))]
[JsonSerializable(typeof(MetricBatch))]
[JsonSerializable(typeof(MetricBatchRecorded))]
[JsonSerializable(typeof(MetricsReport))]
internal sealed partial class AgentsJson : JsonSerializerContext
{
    public static AgentsJson Context { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>For options whose own names are in another case: the names of this slice stay snake_case.</summary>
    public static IJsonTypeInfoResolver OnTheWire { get; } = Default.WithAddedModifier(static type =>
    {
        if (type.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var property in type.Properties)
            {
                property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            }
        }
    });

    /// <summary>An enum member as it stands in JSON.</summary>
    public static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

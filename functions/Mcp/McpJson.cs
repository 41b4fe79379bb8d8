using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FunctionsEval.Mcp;

/// <summary>Arguments and results of the tools. Their names are in snake_case, as models know them; what is null is left out.</summary>
[JsonSerializable(typeof(StartArguments))]
[JsonSerializable(typeof(EstimateResult))]
[JsonSerializable(typeof(StartResult))]
[JsonSerializable(typeof(RunArguments))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(ListArguments))]
[JsonSerializable(typeof(ListResult))]
[JsonSerializable(typeof(CompareArguments))]
[JsonSerializable(typeof(CompareResult))]
[JsonSerializable(typeof(AnswersArguments))]
[JsonSerializable(typeof(AnswersResult))]
[JsonSerializable(typeof(PlanArguments))]
[JsonSerializable(typeof(PlanResult))]
[JsonSerializable(typeof(GateArguments))]
[JsonSerializable(typeof(GateResult))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class McpJson : JsonSerializerContext
{
    public static McpJson Context { get; } = new(NewOptions());

    private static JsonSerializerOptions NewOptions()
    {
        var options = JsonRules.NewOptions();
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        return options;
    }
}

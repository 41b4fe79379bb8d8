using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>JSON between the program and the host. Text inside text is long enough without \u escapes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ActivityInput[]))]
[JsonSerializable(typeof(ActivityResult))]
[JsonSerializable(typeof(DurableClientBinding))]
internal sealed partial class WireJson : JsonSerializerContext
{
    public static WireJson Context { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = EvalJson.Context.Options.Encoder,
    });
}

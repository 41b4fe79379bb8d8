using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FunctionsEval.Hosting;

/// <summary>
/// The JSON of inputs and results of functions, which stands in the histories of orchestrations: the same as everywhere in the program.
/// </summary>
internal static class WorkerJson
{
    public static void Apply(JsonSerializerOptions options, IJsonTypeInfoResolver contexts)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;

        // What the host sends by itself, such as the state of a timer, has names in another case.
        options.PropertyNameCaseInsensitive = true;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(contexts, new DefaultJsonTypeInfoResolver());
    }
}

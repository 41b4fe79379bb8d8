using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionsEval.Providers;

[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(string))]
internal sealed partial class ProviderJson : JsonSerializerContext;

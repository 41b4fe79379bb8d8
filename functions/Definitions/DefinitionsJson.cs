using System.Text.Json.Serialization;

namespace FunctionsEval.Definitions;

[JsonSerializable(typeof(DefinitionHead))]
[JsonSerializable(typeof(DefinitionDefaults))]
[JsonSerializable(typeof(DefinitionView))]
[JsonSerializable(typeof(DefinitionPage))]
internal sealed partial class DefinitionsJson : JsonSerializerContext
{
    public static DefinitionsJson Context { get; } = new(JsonRules.NewOptions());
}

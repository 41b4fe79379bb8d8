using System.Text.Json;
using System.Text.Json.Nodes;

namespace FunctionsEval.Conversions;

/// <summary>Assertions of promptfoo about JSON as scorers.</summary>
internal static class PromptfooSchemas
{
    /// <summary>Null where the schema is in a file, or is none.</summary>
    /// <param name="type">is-json or contains-json.</param>
    /// <param name="schema">Null takes all JSON.</param>
    public static JsonObject? Read(string type, JsonNode? schema, Conversion conversion)
    {
        if (type == "is-json")
        {
            conversion.Note("is-json becomes json_schema, which also takes JSON amid prose");
        }

        if (SourceFiles.PathOf(Loose.Text(schema)) is not null)
        {
            return null;
        }

        if (schema is not null and not JsonObject)
        {
            // A schema as a text of YAML or JSON.
            try
            {
                schema = SourceFiles.Tree("schema.yaml", Loose.Text(schema)!);
            }
            catch (ConversionException)
            {
                return null;
            }
        }

        // As a text, so that the numbers in it stay numbers.
        return new JsonObject { ["type"] = "json_schema", ["schema"] = Numbers(schema)?.ToJsonString() ?? "{}" };
    }

    /// <summary>Numbers were read as texts, which a schema does not take.</summary>
    private static JsonNode? Numbers(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, field.Key is "const" or "enum" or "default" or "examples" or "pattern" ? field.Value?.DeepClone() : Numbers(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Numbers)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String && Loose.Number(value) is { } number => number,
        _ => node?.DeepClone(),
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Pointer;

namespace FunctionsEval.Evaluation.Scoring;

/// <param name="Pointer">The steps to the faulty place.</param>
/// <param name="Message">What follows the field's name, with the place in brackets.</param>
internal sealed record JsonSchemaError(IReadOnlyList<string> Pointer, string Message)
{
    public static JsonSchemaError At(IReadOnlyList<string> pointer, string message) =>
        new(pointer, pointer.Count == 0 ? $"{message}." : $"{message} (at /{string.Join('/', pointer)}).");
}

/// <summary>
/// One pass over all schemas inside a schema: finds keywords that nothing would check and patterns that are none, and rewrites the
/// <c>nullable</c> of OpenAPI 3.0 into what JSON Schema says for it.
/// </summary>
internal sealed class JsonSchemaWalk
{
    private static readonly HashSet<string> OneSchema = new(StringComparer.Ordinal)
    {
        "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "additionalItems", "items", "contains", "propertyNames", "not", "if", "then", "else",
        "contentSchema",
    };

    private static readonly HashSet<string> ListOfSchemas = new(StringComparer.Ordinal) { "allOf", "anyOf", "oneOf", "prefixItems", "items" };

    private static readonly HashSet<string> SchemaByName = new(StringComparer.Ordinal)
    {
        "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies",
    };

    private static readonly HashSet<string> Others = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary", "$comment",
        "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
        "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required", "dependentRequired",
        "format", "contentEncoding", "contentMediaType", "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples",

        // OpenAPI 3.0: nullable is understood, the others describe.
        "nullable", "discriminator", "example", "externalDocs", "xml",
    };

    private static readonly string[] Known = [.. OneSchema.Union(ListOfSchemas).Union(SchemaByName).Union(Others).Order(StringComparer.Ordinal)];

    // What a null would have to fit besides type and enum.
    private static readonly string[] Restricting = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "const", "if"];

    private readonly List<JsonSchemaError> _errors = [];
    private readonly List<(string[] Pointer, string Target)> _references = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private bool _hasInnerId;

    public IReadOnlyList<JsonSchemaError> Errors => _errors;

    /// <summary>References that lead out of the schema or to nothing: the library would find them only on an answer that gets that far.</summary>
    public IEnumerable<JsonSchemaError> DanglingReferences(JsonElement root) => _references
        .Where(reference => !Leads(reference.Target, root))
        .Select(reference => JsonSchemaError.At(
            reference.Pointer, $"{reference.Pointer[^1]} must point inside the schema, for nothing is fetched, but is {Wording.Shorten(reference.Target)}"));

    /// <summary>The schema without <c>nullable</c>; changes the nodes that it is given.</summary>
    public JsonNode? Visit(JsonNode? node, string[] path)
    {
        if (node is not JsonObject schema)
        {
            return node;
        }

        foreach (var (name, value) in schema.ToList())
        {
            VisitKeyword(schema, name, value, path);
        }

        return schema.ContainsKey("nullable") ? WithoutNullable(schema, path) : schema;
    }

    private void VisitKeyword(JsonObject schema, string name, JsonNode? value, string[] path)
    {
        switch (value)
        {
            case JsonObject when OneSchema.Contains(name):
                Replace(schema, name, value, [.. path, name]);
                break;
            case JsonArray list when ListOfSchemas.Contains(name):
                for (var index = 0; index < list.Count; index++)
                {
                    var before = list[index];
                    var after = Visit(before, [.. path, name, Wording.Format((long)index)]);
                    if (!ReferenceEquals(before, after))
                    {
                        list[index] = after;
                    }
                }

                break;
            case JsonObject map when SchemaByName.Contains(name):
                foreach (var (key, inner) in map.ToList())
                {
                    Replace(map, key, inner, [.. path, name, key]);
                    if (name == "patternProperties")
                    {
                        CheckPattern(key, [.. path, name, key]);
                    }
                }

                break;
            case JsonValue text when name == "pattern" && text.TryGetValue<string>(out var pattern):
                CheckPattern(pattern, [.. path, name]);
                break;
            case JsonValue text when name is "$ref" or "$dynamicRef" && text.TryGetValue<string>(out var target):
                _references.Add(([.. path, name], target));
                break;
            case JsonValue text when name is "$id" or "$anchor" or "$dynamicAnchor" && text.TryGetValue<string>(out var given):
                _names.Add(name == "$id" ? JsonSchemaDialects.Normalize(given) : $"#{given}");
                _hasInnerId |= name == "$id" && path.Length > 0;
                break;
            default:
                CheckKnown(name, path);
                break;
        }
    }

    // Inside a schema with an id of its own, pointers count from there; those are left to the library.
    private bool Leads(string target, JsonElement root) =>
        target == "#" || _hasInnerId || _names.Contains(target) || JsonSchemaDialects.ById.ContainsKey(JsonSchemaDialects.Normalize(target))
        || (target.StartsWith("#/", StringComparison.Ordinal) && JsonPointer.TryParse(Uri.UnescapeDataString(target[1..]), out var pointer) && pointer.Evaluate(root) is not null)
        || (target.IndexOf('#', StringComparison.Ordinal) is > 0 and var hash && _names.Contains(target[..hash]));

    private void Replace(JsonObject parent, string name, JsonNode? before, string[] path)
    {
        var after = Visit(before, path);
        if (!ReferenceEquals(before, after))
        {
            parent[name] = after;
        }
    }

    // A keyword that is not checked in silence would pass answers that the author meant to fail.
    private void CheckKnown(string name, string[] path)
    {
        if (name.StartsWith("x-", StringComparison.Ordinal) || Array.BinarySearch(Known, name, StringComparer.Ordinal) >= 0)
        {
            return;
        }

        var hint = Suggestion.For(name, Known) is { } close ? $"did you mean \"{close}\"?" : "names of your own must begin with x-";
        _errors.Add(JsonSchemaError.At([.. path, name], $"has the unknown keyword {Wording.Shorten(name)}; {hint}"));
    }

    private void CheckPattern(string pattern, string[] path)
    {
        if (pattern.Length > ScorerValues.MaxPatternLength)
        {
            _errors.Add(JsonSchemaError.At(path, $"pattern must be at most {ScorerValues.MaxPatternLength:N0} characters long, but has {pattern.Length:N0}"));
            return;
        }

        try
        {
            BoundedPattern.Compile(pattern, ignoreCase: false);
        }
        catch (ArgumentException invalid)
        {
            _errors.Add(JsonSchemaError.At(path, $"pattern must be a regular expression, but {Wording.Shorten(pattern)} is not: {invalid.Message}"));
        }
    }

    private JsonObject WithoutNullable(JsonObject schema, string[] path)
    {
        if (schema["nullable"] is not JsonValue value || !value.TryGetValue<bool>(out var nullable))
        {
            _errors.Add(JsonSchemaError.At([.. path, "nullable"], "nullable must be true or false"));
            return schema;
        }

        schema.Remove("nullable");
        if (!nullable)
        {
            return schema;
        }

        if (Restricting.Any(schema.ContainsKey))
        {
            // Pointers into the schema itself would no longer find it, but those into $defs do.
            return new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "null" }, schema.DeepClone()) };
        }

        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.DeepClone(), "null");
        }

        if (schema["enum"] is JsonArray values && values.All(item => item is not null))
        {
            values.Add(null);
        }

        return schema;
    }
}

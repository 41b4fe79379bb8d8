using System.Globalization;
using System.Text.Json;

namespace FunctionsEval.Evaluation.Scoring;

/// <param name="Pointer">The steps to the faulty place.</param>
internal sealed record JsonSchemaError(IReadOnlyList<string> Pointer, string Message);

/// <summary>Compiles a schema. A keyword that would not be checked is an error: silence would pass answers that the author meant to fail.</summary>
internal sealed class JsonSchemaReader
{
    public const int MaxDepth = 32;

    private static readonly HashSet<string> Types = new(StringComparer.Ordinal) { "null", "boolean", "object", "array", "number", "integer", "string" };

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minLength", "maxLength",
        "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "$schema", "$comment", "title", "description", "default", "examples",
    };

    private readonly List<JsonSchemaError> _errors = [];

    public static IReadOnlyList<JsonSchemaError> Check(string json)
    {
        var reader = new JsonSchemaReader();
        reader.TryRead(json);
        return reader._errors;
    }

    /// <exception cref="ArgumentException">The schema has errors; see <see cref="Check"/>.</exception>
    public static JsonSchema Read(string json)
    {
        var reader = new JsonSchemaReader();
        var schema = reader.TryRead(json);
        return reader._errors.Count == 0 ? schema : throw new ArgumentException($"schema {reader._errors[0].Message}", nameof(json));
    }

    private JsonSchema TryRead(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement.Clone(), []);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            Fail([], $"must be JSON: {problem.Message}");
            return new JsonSchema();
        }
    }

    private JsonSchema Read(JsonElement element, string[] path)
    {
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return new JsonSchema { Nothing = element.ValueKind == JsonValueKind.False };
        }

        if (element.ValueKind != JsonValueKind.Object || path.Length > 2 * MaxDepth)
        {
            Fail(path, path.Length > 2 * MaxDepth ? $"must be at most {MaxDepth} schemas deep" : $"must be an object, true or false, but is {Shown(element)}");
            return new JsonSchema();
        }

        foreach (var property in element.EnumerateObject().Where(property => !Keywords.Contains(property.Name)))
        {
            var hint = Suggestion.For(property.Name, [.. Keywords]) is { } close
                ? $"did you mean \"{close}\"?"
                : $"known are {string.Join(", ", Keywords.Order(StringComparer.Ordinal))}";
            Fail([.. path, property.Name], $"has the unknown keyword {Wording.Shorten(property.Name)}; {hint}");
        }

        return new JsonSchema
        {
            Types = ReadTypes(element, path),
            Values = ReadValues(element, path),
            Properties = ReadProperties(element, path),
            Required = ReadRequired(element, path),
            AdditionalProperties = ReadInner(element, "additionalProperties", path),
            Items = ReadInner(element, "items", path),
            MinItems = ReadCount(element, "minItems", path),
            MaxItems = ReadCount(element, "maxItems", path),
            MinLength = ReadCount(element, "minLength", path),
            MaxLength = ReadCount(element, "maxLength", path),
            Pattern = ReadPattern(element, path),
            Minimum = ReadNumber(element, "minimum", path),
            Maximum = ReadNumber(element, "maximum", path),
            ExclusiveMinimum = ReadNumber(element, "exclusiveMinimum", path),
            ExclusiveMaximum = ReadNumber(element, "exclusiveMaximum", path),
        };
    }

    private List<string>? ReadTypes(JsonElement element, string[] path)
    {
        if (!element.TryGetProperty("type", out var value))
        {
            return null;
        }

        var names = (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : Enumerable.Repeat(value, 1)).ToList();
        if (names.Count > 0 && names.TrueForAll(name => name.ValueKind == JsonValueKind.String && Types.Contains(name.GetString()!)))
        {
            return [.. names.Select(name => name.GetString()!)];
        }

        Fail([.. path, "type"], $"type must be one or a list of {string.Join(", ", Types)}, but is {Shown(value)}");
        return null;
    }

    private List<JsonElement>? ReadValues(JsonElement element, string[] path)
    {
        if (element.TryGetProperty("const", out var only))
        {
            if (element.TryGetProperty("enum", out _))
            {
                Fail([.. path, "const"], "must not have both const and enum");
            }

            return [only];
        }

        if (!element.TryGetProperty("enum", out var values))
        {
            return null;
        }

        if (values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0)
        {
            return [.. values.EnumerateArray()];
        }

        Fail([.. path, "enum"], $"enum must be a list of at least one value, but is {Shown(values)}");
        return null;
    }

    private Dictionary<string, JsonSchema> ReadProperties(JsonElement element, string[] path)
    {
        var schemas = new Dictionary<string, JsonSchema>(StringComparer.Ordinal);
        if (!element.TryGetProperty("properties", out var properties))
        {
            return schemas;
        }

        if (properties.ValueKind != JsonValueKind.Object)
        {
            Fail([.. path, "properties"], $"properties must be an object, but is {Shown(properties)}");
            return schemas;
        }

        foreach (var property in properties.EnumerateObject())
        {
            schemas[property.Name] = Read(property.Value, [.. path, "properties", property.Name]);
        }

        return schemas;
    }

    private List<string> ReadRequired(JsonElement element, string[] path)
    {
        if (!element.TryGetProperty("required", out var names))
        {
            return [];
        }

        if (names.ValueKind == JsonValueKind.Array && names.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
        {
            return [.. names.EnumerateArray().Select(name => name.GetString()!)];
        }

        Fail([.. path, "required"], $"required must be a list of names, but is {Shown(names)}");
        return [];
    }

    private JsonSchema? ReadInner(JsonElement element, string keyword, string[] path) =>
        element.TryGetProperty(keyword, out var inner) ? Read(inner, [.. path, keyword]) : null;

    private int? ReadCount(JsonElement element, string keyword, string[] path)
    {
        if (!element.TryGetProperty(keyword, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0)
        {
            return count;
        }

        Fail([.. path, keyword], $"{keyword} must be a whole number from 0, but is {Shown(value)}");
        return null;
    }

    private double? ReadNumber(JsonElement element, string keyword, string[] path)
    {
        if (!element.TryGetProperty(keyword, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        Fail([.. path, keyword], $"{keyword} must be a finite number, but is {Shown(value)}");
        return null;
    }

    private System.Text.RegularExpressions.Regex? ReadPattern(JsonElement element, string[] path)
    {
        if (!element.TryGetProperty("pattern", out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String || value.GetString()!.Length > ScorerRules.MaxPatternLength)
        {
            Fail([.. path, "pattern"], $"pattern must be text of at most {ScorerRules.MaxPatternLength:N0} characters, but is {Shown(value)}");
            return null;
        }

        try
        {
            return BoundedPattern.Compile(value.GetString()!, ignoreCase: false);
        }
        catch (ArgumentException invalid)
        {
            Fail([.. path, "pattern"], $"pattern must be a regular expression, but {Shown(value)} is not: {invalid.Message}");
            return null;
        }
    }

    private void Fail(string[] path, string message)
    {
        var at = path.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (at /{string.Join('/', path)})");
        _errors.Add(new JsonSchemaError(path, $"{message}{at}."));
    }

    private static string Shown(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? Wording.Shorten(element.GetString()!)
        : Wording.Shorten(element.GetRawText());
}

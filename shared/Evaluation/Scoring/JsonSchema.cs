using System.Text.Json;
using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>The checked part of a JSON schema (draft 2020-12, validation vocabulary); null or empty members check nothing.</summary>
internal sealed class JsonSchema
{
    /// <summary>The schema <c>false</c>, which nothing fits.</summary>
    public bool Nothing { get; init; }

    public IReadOnlyList<string>? Types { get; init; }

    public IReadOnlyList<JsonElement>? Values { get; init; }

    public IReadOnlyDictionary<string, JsonSchema> Properties { get; init; } = new Dictionary<string, JsonSchema>();

    public IReadOnlyList<string> Required { get; init; } = [];

    public JsonSchema? AdditionalProperties { get; init; }

    public JsonSchema? Items { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public Regex? Pattern { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public double? ExclusiveMinimum { get; init; }

    public double? ExclusiveMaximum { get; init; }

    public bool Accepts(JsonElement value)
    {
        if (Nothing
            || (Types is not null && !Types.Any(type => IsOfType(value, type)))
            || (Values is not null && !Values.Any(allowed => JsonElement.DeepEquals(allowed, value))))
        {
            return false;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => AcceptsObject(value),
            JsonValueKind.Array => AcceptsArray(value),
            JsonValueKind.String => AcceptsText(value.GetString()!),
            JsonValueKind.Number => AcceptsNumber(value),
            _ => true,
        };
    }

    private static bool IsOfType(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Null => type == "null",
        _ => type == "number" || (type == "integer" && value.TryGetDouble(out var number) && Math.Floor(number) == number),
    };

    private bool AcceptsObject(JsonElement value)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                return false;
            }
        }

        foreach (var property in value.EnumerateObject())
        {
            var schema = Properties.GetValueOrDefault(property.Name) ?? AdditionalProperties;
            if (schema?.Accepts(property.Value) == false)
            {
                return false;
            }
        }

        return true;
    }

    private bool AcceptsArray(JsonElement value)
    {
        var length = value.GetArrayLength();
        return !(length < MinItems) && !(length > MaxItems) && (Items is null || value.EnumerateArray().All(Items.Accepts));
    }

    private bool AcceptsText(string text)
    {
        if (MinLength is not null || MaxLength is not null)
        {
            // The standard counts code points, not UTF-16 units.
            var length = text.EnumerateRunes().Count();
            if (length < MinLength || length > MaxLength)
            {
                return false;
            }
        }

        return Pattern?.MatchPatiently(text).Success ?? true;
    }

    private bool AcceptsNumber(JsonElement value) =>
        value.TryGetDouble(out var number)
        && !(number < Minimum) && !(number > Maximum) && !(number <= ExclusiveMinimum) && !(number >= ExclusiveMaximum);
}

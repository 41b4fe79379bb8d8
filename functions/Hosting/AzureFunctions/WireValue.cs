using System.Text.Json;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// A binding's value as the Functions host sends it: an object as it is, everything else (text, number, null, array) as JSON inside a
/// JSON string. Documentation shows text that is encoded once, so that is accepted too.
/// </summary>
internal static class WireValue
{
    /// <summary>Takes one layer of encoding away; text that is no JSON is the value itself.</summary>
    public static JsonElement Unwrap(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return value;
        }

        try
        {
            return JsonElement.Parse(value.GetString()!);
        }
        catch (JsonException)
        {
            return value;
        }
    }

    /// <summary>What a text value says; the JSON of any other.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>Reads <see cref="ModelRequest.ResponseFormat"/>. A schema takes its place, and text is what vendors send without being asked.</summary>
internal static class AnswerFormat
{
    private const string Text = "text";
    private const string Json = "json";

    public static bool IsJson(ModelRequest request) => request is { JsonSchema: null, ResponseFormat: Json };

    /// <summary>The object in the vendor's words; null where there is none.</summary>
    public static JsonElement? InVendorsWords(ModelRequest request)
    {
        if (request is { JsonSchema: null, ResponseFormat: not (null or Text or Json) })
        {
            using var document = JsonDocument.Parse(request.ResponseFormat);
            return document.RootElement.Clone();
        }

        return null;
    }

    public static string? ProblemOf(ModelRequest request)
    {
        try
        {
            return InVendorsWords(request) is null or { ValueKind: JsonValueKind.Object } ? null : Rule;
        }
        catch (JsonException)
        {
            return Rule;
        }
    }

    private static string Rule => "responseFormat must be text, json or a JSON object; nothing was sent.";
}

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Providers.OpenAI;

/// <param name="Status">A status inside the body, as routers in front of several vendors send it.</param>
internal readonly record struct ChatError(string? Message, string? Code, string? Type, int? Status);

/// <summary>Reads an error body: <c>{"error":{"message","type","code"}}</c> and its common relatives; never throws.</summary>
internal static class ChatErrorReader
{
    private const int MaxTextBytes = 2000;

    public static ChatError Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement) ?? default;
        }
        catch (JsonException)
        {
            // A page for a browser says nothing beyond the status; a line of plain text may.
            var text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MaxTextBytes)]).Trim();
            return text.Length == 0 || text[0] is '<' or '{' or '[' || text.Contains('\0', StringComparison.Ordinal)
                ? default
                : new ChatError(text, null, null, null);
        }
    }

    /// <summary>Null when the JSON tells of no error.</summary>
    public static ChatError? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (root.TryGetProperty("error"u8, out var error))
        {
            return error.ValueKind switch
            {
                JsonValueKind.String => new ChatError(error.GetString(), Text(root, "code"u8), Text(root, "type"u8), null),
                JsonValueKind.Object => new ChatError(Text(error, "message"u8), Text(error, "code"u8), Text(error, "type"u8), Status(error)),
                _ => null,
            };
        }

        var message = Text(root, "message"u8) ?? Text(root, "detail"u8);
        return message is null ? null : new ChatError(message, Text(root, "code"u8), Text(root, "type"u8), null);
    }

    private static int? Status(JsonElement error) =>
        error.TryGetProperty("code"u8, out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var status)
        && status is >= 400 and <= 599
            ? status
            : null;

    private static string? Text(JsonElement parent, ReadOnlySpan<byte> name) =>
        !parent.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
}

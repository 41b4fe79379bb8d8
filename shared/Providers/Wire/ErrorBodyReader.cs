using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <param name="Status">A status inside the body, as routers in front of several vendors send it.</param>
/// <param name="InnerCode">Azure's finer word.</param>
/// <param name="Param">The request's parameter that is meant.</param>
/// <param name="RetryAfter">From the body: Google sends no header.</param>
/// <param name="QuotaId">Which quota was exceeded, by Google's word.</param>
internal readonly record struct ErrorBody(
    string? Message,
    string? Code,
    string? Type,
    int? Status,
    string? Param = null,
    TimeSpan? RetryAfter = null,
    string? QuotaId = null,
    string? RequestId = null,
    string? InnerCode = null);

/// <summary>
/// Reads the error bodies of all vendors; never throws. <c>{"error":{"message","type","code","param"}}</c> (OpenAI, DeepSeek, and Anthropic
/// with <c>request_id</c> beside it), <c>{"error":{"code":429,"status","details":[]}}</c> (Google, sometimes inside an array),
/// <c>{"code","error":"text"}</c> (xAI), <c>{"detail":[{"loc","msg"}]}</c> and <c>{"message","type"}</c> (Mistral).
/// </summary>
internal static class ErrorBodyReader
{
    private const int MaxTextBytes = 2000;

    public static ErrorBody Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement) ?? default(ErrorBody);
        }
        catch (JsonException)
        {
            // A page for a browser says nothing beyond the status; a line of plain text may.
            var text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MaxTextBytes)]).Trim();
            return text.Length == 0 || text[0] is '<' or '{' or '[' || text.Contains('\0', StringComparison.Ordinal)
                ? default
                : new ErrorBody(text, null, null, null);
        }
    }

    /// <summary>Null when the JSON tells of no error.</summary>
    public static ErrorBody? Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0];
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (root.TryGetProperty("error"u8, out var error))
        {
            return error.ValueKind switch
            {
                JsonValueKind.String => new ErrorBody(error.GetString(), Text(root, "code"u8), Text(root, "type"u8), null),
                JsonValueKind.Object => ReadObject(error) with { RequestId = root.String("request_id"u8) },
                _ => null,
            };
        }

        if (root.Objects("detail"u8).ToList() is [var first, ..])
        {
            var place = first.Array("loc"u8) is { } loc ? string.Join('.', loc.EnumerateArray().Select(part => part.ToString())) : null;
            return new ErrorBody($"{place}: {first.String("msg"u8)}", null, first.String("type"u8), null, place?.Split('.')[^1]);
        }

        var message = Text(root, "message"u8) ?? Text(root, "detail"u8);
        return message is null ? null : new ErrorBody(message, Text(root, "code"u8), Text(root, "type"u8), null);
    }

    private static ErrorBody ReadObject(JsonElement error)
    {
        var status = Status(error);
        string? reason = null;
        string? quota = null;
        TimeSpan? retryAfter = null;
        foreach (var detail in error.Objects("details"u8))
        {
            reason ??= detail.String("reason"u8);
            var quotas = detail.Objects("violations"u8).Select(violation => violation.String("quotaId"u8)).Where(id => id is not null).ToList();

            // Several may be exceeded at once; the day's lasts longest.
            quota ??= quotas.Find(id => id!.Contains("PerDay", StringComparison.OrdinalIgnoreCase)) ?? quotas.FirstOrDefault();
            retryAfter ??= LimitHeaders.Duration(detail.String("retryDelay"u8));
        }

        // Google's code is the HTTP status again; its word is in "status", a finer one in a detail's "reason".
        var word = error.String("status"u8);
        var code = word is not null && status is not null ? reason ?? word : Text(error, "code"u8);
        return new ErrorBody(Text(error, "message"u8), code, Text(error, "type"u8) ?? word, status, Text(error, "param"u8), retryAfter, quota, InnerCode: error.Object("innererror"u8)?.String("code"u8));
    }

    private static int? Status(JsonElement error) =>
        error.Number("code"u8) is { } status and >= 400 and <= 599 ? status
        : int.TryParse(error.String("code"u8), NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 400 and <= 599 ? status
        : null;

    private static string? Text(JsonElement parent, ReadOnlySpan<byte> name) =>
        !parent.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
}

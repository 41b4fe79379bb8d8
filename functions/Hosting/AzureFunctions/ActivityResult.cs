using System.Text.Json;
using FunctionsEval.Durable;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// How an activity ended, inside an answer that the host takes for a success: of an HTTP error it keeps neither type nor message, and
/// would repeat what must not be repeated. Part of stored histories: add fields, never rename.
/// </summary>
internal sealed record ActivityResult(bool Ok, JsonElement? Value = null, ActivityError? Error = null)
{
    public static ActivityResult Completed(string? json) => new(Ok: true, json is null ? null : JsonElement.Parse(json));

    public static ActivityResult Failed(TaskFailureDetails details) => new(Ok: false, Error: ActivityError.Of(details));

    public string ToJson() => JsonSerializer.Serialize(this, WireJson.Context.ActivityResult);

    /// <summary>Null when the text is no result of ours.</summary>
    public static ActivityResult? TryRead(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return null;
        }

        try
        {
            // The extension keeps our text as a JSON string, so there is one layer around the object.
            var result = WireValue.Unwrap(JsonElement.Parse(json));
            return result.ValueKind == JsonValueKind.Object
                && result.TryGetProperty("ok", out var ok)
                && ok.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? result.Deserialize(WireJson.Context.ActivityResult)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

internal sealed record ActivityError(string Type, string Message, string? Stack = null, bool NonRetriable = false, ActivityError? Inner = null)
{
    public static ActivityError Of(TaskFailureDetails details) => new(
        details.ErrorType,
        details.ErrorMessage,
        details.StackTrace,
        details.IsNonRetriable,
        details.InnerFailure is null ? null : Of(details.InnerFailure));

    public Durable.Protocol.TaskFailureDetails ToProtocol() => new()
    {
        ErrorType = Type ?? "",
        ErrorMessage = Message ?? "",
        StackTrace = Stack,
        IsNonRetriable = NonRetriable,
        InnerFailure = Inner?.ToProtocol(),
    };
}

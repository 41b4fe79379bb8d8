using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

internal static class RequestBody
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static WrittenBody Of(IWireFormat format, ModelRequest request)
    {
        if (AnswerFormat.ProblemOf(request) is { } problem)
        {
            return WrittenBody.Refused(problem);
        }

        var size = 256 + (request.JsonSchema?.Schema.Length ?? 0);
        foreach (var message in request.Messages)
        {
            size += 64 + message.Text.Length + (message.Text.Length / 8) + ContentParts.SizeOf(message);
        }

        // Not pooled: the transport may still read it after a call that was cancelled has returned.
        var buffer = new ArrayBufferWriter<byte>(size);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        format.Write(json, request);
        json.WriteEndObject();
        json.Flush();
        return request.Extra is null ? new WrittenBody(buffer.WrittenMemory, null) : ExtraFields.Add(buffer.WrittenMemory, request.Extra, Options);
    }

    /// <summary>The word that OpenAI and Anthropic use.</summary>
    public static ReadOnlySpan<byte> Role(ChatRole role) => role switch
    {
        ChatRole.System => "system"u8,
        ChatRole.Assistant => "assistant"u8,
        _ => "user"u8,
    };

    public static void WriteStrings(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>A property whose value is JSON that we hold as text.</summary>
    public static void WriteJson(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string text)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(text);
    }
}

/// <param name="Problem">Why the request cannot be written; nothing is to be sent then.</param>
internal readonly record struct WrittenBody(ReadOnlyMemory<byte> Json, ModelOutcome.Failed? Problem)
{
    public static WrittenBody Refused(string message) =>
        new(default, new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.ValidationError, message, IsUnsent: true)));
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>Writes the body of a chat completion request.</summary>
internal static class ChatRequestWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly string[] CompletionTokenModels = ["gpt-5", "o1", "o3", "o4"];

    public static ReadOnlyMemory<byte> Write(ModelRequest request)
    {
        var size = 192;
        foreach (var message in request.Messages)
        {
            size += 40 + message.Text.Length + (message.Text.Length / 8);
        }

        // Not pooled: the transport may still read it after a call that was cancelled has returned.
        var buffer = new ArrayBufferWriter<byte>(size);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, Role(message.Role));
            json.WriteString("content"u8, message.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (request.MaxTokens is { } maxTokens)
        {
            json.WriteNumber(TakesCompletionTokens(request.Model) ? "max_completion_tokens"u8 : "max_tokens"u8, maxTokens);
        }

        if (request.ReasoningEffort is { } effort)
        {
            json.WriteString("reasoning_effort"u8, effort);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reasoning models refuse <c>max_tokens</c>; many compatible servers only know that one.</summary>
    internal static bool TakesCompletionTokens(string model) =>
        CompletionTokenModels.Any(prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static ReadOnlySpan<byte> Role(ChatRole role) => role switch
    {
        ChatRole.System => "system"u8,
        ChatRole.Assistant => "assistant"u8,
        _ => "user"u8,
    };
}

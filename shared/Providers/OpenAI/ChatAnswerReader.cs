using System.Text;
using System.Text.Json;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>Reads a chat completion out of a 200 body whose JSON is already parsed.</summary>
internal static class ChatAnswerReader
{
    /// <summary>The answer, or null when the JSON is not a chat completion.</summary>
    public static ModelAnswer? Read(JsonElement body, string? requestId)
    {
        if (body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("choices"u8, out var choices)
            || choices.ValueKind != JsonValueKind.Array
            || choices.GetArrayLength() == 0
            || choices[0] is not { ValueKind: JsonValueKind.Object } choice
            || !choice.TryGetProperty("message"u8, out var message)
            || message.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var text = Text(message, "content"u8);
        return new ModelAnswer(
            text.Length > 0 ? text : Text(message, "refusal"u8),
            Normalise(String(choice, "finish_reason"u8)),
            String(body, "model"u8),
            ReadUsage(body),
            requestId);
    }

    private static string? Normalise(string? finishReason) => finishReason switch
    {
        "length" => "max_tokens",
        "tool_calls" or "function_call" => "tool_use",
        "" => null,
        _ => finishReason,
    };

    /// <summary>A string, or the text and refusal parts of an array.</summary>
    private static string Text(JsonElement message, ReadOnlySpan<byte> name)
    {
        if (!message.TryGetProperty(name, out var content))
        {
            return "";
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString()!;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var part in content.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object))
        {
            text.Append(String(part, "text"u8) ?? String(part, "refusal"u8));
        }

        return text.ToString();
    }

    private static TokenUsage? ReadUsage(JsonElement body)
    {
        if (!body.TryGetProperty("usage"u8, out var usage) || usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return new TokenUsage(
            Number(usage, "prompt_tokens"u8),
            Number(usage, "completion_tokens"u8),
            Detail(usage, "completion_tokens_details"u8, "reasoning_tokens"u8),
            Detail(usage, "prompt_tokens_details"u8, "cached_tokens"u8));
    }

    private static int? Detail(JsonElement usage, ReadOnlySpan<byte> details, ReadOnlySpan<byte> name) =>
        usage.TryGetProperty(details, out var inner) && inner.ValueKind == JsonValueKind.Object ? Number(inner, name) : null;

    private static int? Number(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static string? String(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

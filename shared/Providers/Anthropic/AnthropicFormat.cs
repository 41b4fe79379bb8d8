using System.Text.Json;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.Anthropic;

/// <summary>Anthropic's messages: the system text stands apart, and max_tokens is required. There is no seed and no JSON without a schema.</summary>
internal sealed class AnthropicFormat : IWireFormat
{
    /// <summary>Where nothing is asked for; Anthropic has no default of its own.</summary>
    public const int DefaultMaxTokens = 8192;

    public string AnswerName => "message";

    public string RequestIdHeader => "request-id";

    public void Write(Utf8JsonWriter json, ModelRequest request)
    {
        json.WriteString("model"u8, request.Model);
        json.WriteNumber("max_tokens"u8, request.MaxTokens ?? DefaultMaxTokens);
        if (request.SystemText() is { } system)
        {
            json.WriteString("system"u8, system);
        }

        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages.Where(message => message.Role != ChatRole.System))
        {
            json.WriteStartObject();
            json.WriteString("role"u8, RequestBody.Role(message.Role));
            json.WriteContent(message, "text"u8, WriteImage);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (request.ReasoningEffort is "none" or "minimal")
        {
            json.WriteStartObject("thinking"u8);
            json.WriteString("type"u8, "disabled"u8);
            json.WriteEndObject();
        }

        if (request.TopP is { } topP)
        {
            json.WriteNumber("top_p"u8, topP);
        }

        if (request.Stop is { Count: > 0 } stop)
        {
            json.WriteStrings("stop_sequences"u8, stop);
        }

        WriteOutput(json, request, request.ReasoningEffort is "none" or "minimal" ? null : request.ReasoningEffort);
    }

    public AnswerReading Read(JsonElement body)
    {
        if (body.Array("content"u8) is null || body.String("type"u8) is not "message")
        {
            return default;
        }

        var stop = body.String("stop_reason"u8);
        var text = string.Join('\n', Parts(body, "text"u8));
        var thoughts = string.Join("\n\n", Parts(body, "thinking"u8));
        var ending = stop switch
        {
            "refusal" => AnswerEnding.Refused,
            "max_tokens" or "model_context_window_exceeded" => AnswerEnding.Length,
            "tool_use" when text.Length == 0 => AnswerEnding.ToolCall,
            _ => AnswerEnding.Complete,
        };
        return new ModelAnswer(
            text,
            Normalise(stop),
            body.String("model"u8),
            ReadUsage(body),
            RequestId: null,
            ResponseId: body.String("id"u8),
            Ending: ending,
            Reasoning: thoughts.Length == 0 ? null : thoughts,
            EndingDetail: ending == AnswerEnding.Complete ? null : stop);
    }

    private static void WriteImage(Utf8JsonWriter json, ChatImage image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image"u8);
        json.WriteStartObject("source"u8);
        json.WriteString("type"u8, image.Url is null ? "base64"u8 : "url"u8);
        if (image.Url is { } url)
        {
            json.WriteString("url"u8, url);
        }
        else
        {
            json.WriteString("media_type"u8, image.MediaType);
            json.WriteBase64String("data"u8, image.Content.Span);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The parts of one type: the type is also the name of what they hold.</summary>
    private static List<string> Parts(JsonElement body, ReadOnlySpan<byte> type)
    {
        var texts = new List<string>();
        foreach (var part in body.Objects("content"u8))
        {
            if (part.TryGetProperty("type"u8, out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals(type) && part.String(type) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    private static void WriteOutput(Utf8JsonWriter json, ModelRequest request, string? effort)
    {
        var format = AnswerFormat.InVendorsWords(request);
        if (effort is null && request.JsonSchema is null && format is null)
        {
            return;
        }

        json.WriteStartObject("output_config"u8);
        if (effort is not null)
        {
            json.WriteString("effort"u8, effort);
        }

        if (format is { } given)
        {
            json.WritePropertyName("format"u8);
            given.WriteTo(json);
        }
        else if (request.JsonSchema is { } schema)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteJson("schema"u8, schema.Schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string? Normalise(string? stopReason) => stopReason switch
    {
        "end_turn" or "stop_sequence" => "stop",
        "refusal" => "content_filter",
        "model_context_window_exceeded" => "max_tokens",
        _ => stopReason,
    };

    /// <summary>Here the input leaves out what was read from or written to the cache.</summary>
    private static TokenUsage? ReadUsage(JsonElement body)
    {
        if (body.Object("usage"u8) is not { } usage)
        {
            return null;
        }

        var cached = usage.Tokens("cache_read_input_tokens"u8);
        return new TokenUsage(
            usage.Tokens("input_tokens"u8) + (cached ?? 0) + (usage.Tokens("cache_creation_input_tokens"u8) ?? 0),
            usage.Tokens("output_tokens"u8),
            usage.Object("output_tokens_details"u8)?.Tokens("thinking_tokens"u8),
            cached);
    }
}

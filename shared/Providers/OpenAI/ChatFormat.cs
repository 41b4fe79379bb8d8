using System.Text;
using System.Text.Json;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>Chat completions: OpenAI's, and those of everybody who followed it.</summary>
/// <param name="hasSchemas">False for vendors that know "some JSON object" only; the prompt has to say the rest.</param>
internal sealed class ChatFormat(bool hasSchemas = true) : IWireFormat
{
    private static readonly string[] CompletionTokenModels = ["gpt-5", "o1", "o3", "o4"];

    public string AnswerName => "chat completion";

    public string RequestIdHeader => "x-request-id";

    public void Write(Utf8JsonWriter json, ModelRequest request)
    {
        json.WriteString("model"u8, request.Model);
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, RequestBody.Role(message.Role));
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
            json.WriteNumber(TakesCompletionTokens(request) ? "max_completion_tokens"u8 : "max_tokens"u8, maxTokens);
        }

        if (request.ReasoningEffort is { } effort)
        {
            json.WriteString("reasoning_effort"u8, effort);
        }

        if (request.JsonSchema is { } schema)
        {
            WriteSchema(json, schema);
        }
    }

    public ModelAnswer? Read(JsonElement body)
    {
        if (body.Array("choices"u8) is not { } choices || choices.GetArrayLength() == 0 || choices[0].Object("message"u8) is not { } message)
        {
            return null;
        }

        var text = Text(message, "content"u8);
        return new ModelAnswer(
            text.Length > 0 ? text : Text(message, "refusal"u8),
            Normalise(choices[0].String("finish_reason"u8)),
            body.String("model"u8),
            ReadUsage(body),
            RequestId: null,
            ResponseId: body.String("id"u8));
    }

    /// <summary>Reasoning models refuse <c>max_tokens</c>; many compatible servers only know that one. What a model refused counts more.</summary>
    private static bool TakesCompletionTokens(ModelRequest request) => request.Adaptations switch
    {
        var adapted when adapted.HasFlag(RequestAdaptations.MaxCompletionTokensName) => true,
        var adapted when adapted.HasFlag(RequestAdaptations.MaxTokensName) => false,
        _ => CompletionTokenModels.Any(prefix => request.Model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)),
    };

    private void WriteSchema(Utf8JsonWriter json, OutputSchema schema)
    {
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, hasSchemas ? "json_schema"u8 : "json_object"u8);
        if (hasSchemas)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, schema.Name);
            json.WriteBoolean("strict"u8, true);
            json.WriteJson("schema"u8, schema.Schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string? Normalise(string? finishReason) => finishReason switch
    {
        "length" or "model_length" => "max_tokens",
        "tool_calls" or "function_call" => "tool_use",
        "" => null,
        _ => finishReason,
    };

    /// <summary>A string, or the text and refusal parts of an array.</summary>
    private static string Text(JsonElement message, ReadOnlySpan<byte> name)
    {
        if (message.String(name) is { } plain)
        {
            return plain;
        }

        var text = new StringBuilder();
        foreach (var part in message.Objects(name))
        {
            text.Append(part.String("text"u8) ?? part.String("refusal"u8));
        }

        return text.ToString();
    }

    private static TokenUsage? ReadUsage(JsonElement body)
    {
        if (body.Object("usage"u8) is not { } usage)
        {
            return null;
        }

        var input = usage.Number("prompt_tokens"u8);
        var output = usage.Number("completion_tokens"u8);
        var reasoning = usage.Object("completion_tokens_details"u8)?.Number("reasoning_tokens"u8);

        // xAI counts thoughts beside the completion, others within it; the total tells which.
        var isExtra = reasoning > 0 && usage.Number("total_tokens"u8) == input + output + reasoning;
        return new TokenUsage(
            input,
            isExtra ? output + reasoning : output,
            reasoning,
            usage.Object("prompt_tokens_details"u8)?.Number("cached_tokens"u8) ?? usage.Number("prompt_cache_hit_tokens"u8));
    }
}

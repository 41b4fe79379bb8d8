using System.Text;
using System.Text.Json;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>Chat completions: OpenAI's, and those of everybody who followed it.</summary>
/// <param name="hasSchemas">False for vendors that know "some JSON object" only; the prompt has to say the rest.</param>
/// <param name="seedField">Null for vendors that take no seed.</param>
internal sealed class ChatFormat(bool hasSchemas = true, string? seedField = "seed") : IWireFormat
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
            json.WriteContent(message, "text"u8, WriteImage);
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

        if (request.TopP is { } topP)
        {
            json.WriteNumber("top_p"u8, topP);
        }

        if (request.Seed is { } seed && seedField is not null)
        {
            json.WriteNumber(seedField, seed);
        }

        if (request.Stop is { Count: > 0 } stop)
        {
            json.WriteStrings("stop"u8, stop);
        }

        WriteAnswerFormat(json, request);
    }

    public AnswerReading Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("choices"u8, out var choices))
        {
            return default;
        }

        if (choices.ValueKind == JsonValueKind.Null || (choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() == 0))
        {
            return AnswerReading.Failed("The answer has no choices.");
        }

        if (body.Objects("choices"u8).Select(found => (JsonElement?)found).FirstOrDefault() is not { } choice)
        {
            return default;
        }

        var finish = choice.String("finish_reason"u8);
        if (finish is "error" or "insufficient_system_resource" || choice.Object("error"u8) is not null)
        {
            return AnswerReading.Failed(ErrorBodyReader.Read(choice) ?? new ErrorBody($"The answer ended with '{finish}'.", finish, null, null));
        }

        return choice.Object("message"u8) is { } message ? Answer(body, message, finish) : default(AnswerReading);
    }

    private static void WriteImage(Utf8JsonWriter json, ChatImage image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteUrl("url"u8, image);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ModelAnswer Answer(JsonElement body, JsonElement message, string? finish)
    {
        var text = message.String("content"u8) ?? Parts(message, "text"u8);
        var refusal = message.String("refusal"u8) ?? Parts(message, "refusal"u8);
        var callsTool = finish is "tool_calls" or "function_call" || message.Array("tool_calls"u8)?.GetArrayLength() > 0;
        var ending = finish switch
        {
            "content_filter" => AnswerEnding.Refused,
            _ when IsCut(finish) => AnswerEnding.Length,
            _ when text.Length > 0 => AnswerEnding.Complete,
            _ when refusal.Length > 0 => AnswerEnding.Refused,
            _ => callsTool ? AnswerEnding.ToolCall : AnswerEnding.Complete,
        };
        return new ModelAnswer(
            text.Length > 0 ? text : refusal,
            Normalise(finish),
            body.String("model"u8),
            ReadUsage(body),
            RequestId: null,
            ResponseId: body.String("id"u8),
            Ending: ending,
            Reasoning: message.String("reasoning_content"u8) ?? message.String("reasoning"u8) ?? Thinking(message),
            EndingDetail: ending == AnswerEnding.Complete ? null : finish);
    }

    /// <summary>Reasoning models refuse <c>max_tokens</c>; many compatible servers only know that one. What a model refused counts more.</summary>
    private static bool TakesCompletionTokens(ModelRequest request) => request.Adaptations switch
    {
        var adapted when adapted.HasFlag(RequestAdaptations.MaxCompletionTokensName) => true,
        var adapted when adapted.HasFlag(RequestAdaptations.MaxTokensName) => false,
        _ => CompletionTokenModels.Any(prefix => request.Model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)),
    };

    private void WriteAnswerFormat(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.JsonSchema is { } schema)
        {
            WriteSchema(json, schema);
        }
        else if (AnswerFormat.IsJson(request))
        {
            json.WriteStartObject("response_format"u8);
            json.WriteString("type"u8, "json_object"u8);
            json.WriteEndObject();
        }
        else if (AnswerFormat.InVendorsWords(request) is { } format)
        {
            json.WritePropertyName("response_format"u8);
            format.WriteTo(json);
        }
    }

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

    // Servers that translate for other vendors let through those vendors' words.
    private static bool IsCut(string? finish) => finish?.ToLowerInvariant() is "length" or "model_length" or "max_tokens" or "max_output_tokens";

    private static string? Normalise(string? finishReason) => finishReason switch
    {
        _ when IsCut(finishReason) => "max_tokens",
        "tool_calls" or "function_call" => "tool_use",
        "" => null,
        _ => finishReason,
    };

    /// <summary>What the parts of an array of content have under this name.</summary>
    private static string Parts(JsonElement message, ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        foreach (var part in message.Objects("content"u8))
        {
            text.Append(part.String(name));
        }

        return text.ToString();
    }

    /// <summary>Mistral's thoughts are a part of the content, with parts of their own.</summary>
    private static string? Thinking(JsonElement message)
    {
        var texts = message.Objects("content"u8).SelectMany(part => part.Objects("thinking"u8)).Select(part => part.String("text"u8)).ToList();
        return texts.Count == 0 ? null : string.Concat(texts);
    }

    private static TokenUsage? ReadUsage(JsonElement body)
    {
        if (body.Object("usage"u8) is not { } usage)
        {
            return null;
        }

        var input = usage.Tokens("prompt_tokens"u8);
        var output = usage.Tokens("completion_tokens"u8);
        var reasoning = usage.Object("completion_tokens_details"u8)?.Tokens("reasoning_tokens"u8);

        // xAI counts thoughts beside the completion, others within it; the total tells which.
        var isExtra = reasoning > 0 && usage.Tokens("total_tokens"u8) == input + output + reasoning;
        return new TokenUsage(
            input,
            isExtra ? output + reasoning : output,
            reasoning,
            usage.Object("prompt_tokens_details"u8)?.Tokens("cached_tokens"u8) ?? usage.Tokens("prompt_cache_hit_tokens"u8));
    }
}

using System.Text.Json;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.Google;

/// <summary>Gemini's generateContent.</summary>
internal sealed class GeminiFormat : IWireFormat
{
    // Models before Gemini 3 take a number of tokens for the effort; these are the numbers of Google's own OpenAI-compatible endpoint.
    private static readonly Dictionary<string, int> Budgets = new(StringComparer.Ordinal)
    {
        ["none"] = 0,
        ["minimal"] = 1024,
        ["low"] = 1024,
        ["medium"] = 8192,
        ["high"] = 24576,
    };

    public string AnswerName => "generated content";

    public string RequestIdHeader => "x-request-id";

    public void Write(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.SystemText() is { } system)
        {
            json.WriteStartObject("systemInstruction"u8);
            WriteParts(json, system);
            json.WriteEndObject();
        }

        json.WriteStartArray("contents"u8);
        foreach (var message in request.Messages.Where(message => message.Role != ChatRole.System))
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role == ChatRole.Assistant ? "model"u8 : "user"u8);
            WriteParts(json, message.Text, message.Images);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("generationConfig"u8);
        WriteConfig(json, request);
        json.WriteEndObject();
    }

    public AnswerReading Read(JsonElement body)
    {
        var candidate = body.Objects("candidates"u8).Select(found => (JsonElement?)found).FirstOrDefault();
        var blocked = body.Object("promptFeedback"u8)?.String("blockReason"u8);
        if (candidate is null && blocked is null)
        {
            return HasOurMembers(body) ? AnswerReading.Failed("The answer has no candidates.") : default;
        }

        var parts = candidate?.Object("content"u8)?.Objects("parts"u8).ToList() ?? [];
        var text = string.Concat(parts.Where(part => !IsThought(part)).Select(part => part.String("text"u8)));
        var thoughts = string.Concat(parts.Where(IsThought).Select(part => part.String("text"u8)));
        var finish = candidate is null ? blocked : candidate.Value.String("finishReason"u8);
        var reason = candidate is null ? "content_filter" : Normalise(finish);
        var ending = reason switch
        {
            "content_filter" => AnswerEnding.Refused,
            "max_tokens" => AnswerEnding.Length,
            _ when text.Length > 0 => AnswerEnding.Complete,
            "tool_use" => AnswerEnding.ToolCall,
            _ => parts.Any(part => part.Object("functionCall"u8) is not null) ? AnswerEnding.ToolCall : AnswerEnding.Complete,
        };
        return new ModelAnswer(
            text,
            reason,
            body.String("modelVersion"u8),
            ReadUsage(body),
            body.String("responseId"u8),
            ResponseId: body.String("responseId"u8),
            Ending: ending,
            Reasoning: thoughts.Length == 0 ? null : thoughts,
            EndingDetail: ending == AnswerEnding.Complete ? null : finish);
    }

    private static bool HasOurMembers(JsonElement body) => body.ValueKind == JsonValueKind.Object
        && (body.TryGetProperty("candidates"u8, out _) || body.TryGetProperty("usageMetadata"u8, out _) || body.TryGetProperty("promptFeedback"u8, out _));

    /// <summary>Thoughts are parts too, marked as such.</summary>
    private static bool IsThought(JsonElement part) => part.TryGetProperty("thought"u8, out var thought) && thought.ValueKind == JsonValueKind.True;

    private static void WriteParts(Utf8JsonWriter json, string text, IReadOnlyList<ChatImage>? images = null)
    {
        json.WriteStartArray("parts"u8);
        foreach (var image in images ?? [])
        {
            json.WriteStartObject();
            json.WriteStartObject("inlineData"u8);
            json.WriteString("mimeType"u8, image.MediaType);
            json.WriteBase64String("data"u8, image.Content.Span);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (images is null || text.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteConfig(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (request.MaxTokens is { } maxTokens)
        {
            json.WriteNumber("maxOutputTokens"u8, maxTokens);
        }

        if (request.ReasoningEffort is { } effort)
        {
            json.WriteStartObject("thinkingConfig"u8);
            if (Budgets.TryGetValue(effort, out var budget) && IsBeforeLevels(request.Model))
            {
                json.WriteNumber("thinkingBudget"u8, budget);
            }
            else
            {
                json.WriteString("thinkingLevel"u8, effort == "none" ? "minimal" : effort);
            }

            json.WriteEndObject();
        }

        if (request.TopP is { } topP)
        {
            json.WriteNumber("topP"u8, topP);
        }

        if (request.Seed is { } seed)
        {
            json.WriteNumber("seed"u8, seed);
        }

        if (request.Stop is { Count: > 0 } stop)
        {
            json.WriteStrings("stopSequences"u8, stop);
        }

        WriteAnswerFormat(json, request);
    }

    private static void WriteAnswerFormat(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.JsonSchema is { } schema)
        {
            json.WriteString("responseMimeType"u8, "application/json"u8);
            json.WriteJson("responseJsonSchema"u8, schema.Schema);
        }
        else if (AnswerFormat.IsJson(request))
        {
            json.WriteString("responseMimeType"u8, "application/json"u8);
        }
        else if (AnswerFormat.InVendorsWords(request) is { } format)
        {
            WriteGiven(json, format);
        }
    }

    /// <summary>Fields of the configuration (responseMimeType, responseSchema, ...) as they are given; any other object is the schema itself.</summary>
    private static void WriteGiven(Utf8JsonWriter json, JsonElement format)
    {
        if (format.EnumerateObject().All(member => member.Name.StartsWith("response", StringComparison.Ordinal)))
        {
            foreach (var member in format.EnumerateObject())
            {
                member.WriteTo(json);
            }

            return;
        }

        json.WriteString("responseMimeType"u8, "application/json"u8);
        json.WritePropertyName("responseSchema"u8);
        format.WriteTo(json);
    }

    private static bool IsBeforeLevels(string model) =>
        model.StartsWith("gemini-1", StringComparison.OrdinalIgnoreCase) || model.StartsWith("gemini-2", StringComparison.OrdinalIgnoreCase);

    private static string? Normalise(string? finishReason) => finishReason switch
    {
        "STOP" => "stop",
        "MAX_TOKENS" => "max_tokens",
        "SAFETY" or "RECITATION" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "LANGUAGE" or "OTHER" or "IMAGE_SAFETY" => "content_filter",
        "MALFORMED_FUNCTION_CALL" or "UNEXPECTED_TOOL_CALL" or "TOO_MANY_TOOL_CALLS" => "tool_use",
        "FINISH_REASON_UNSPECIFIED" or "" => null,
        _ => finishReason?.ToLowerInvariant(),
    };

    /// <summary>Thoughts are counted beside the candidates here.</summary>
    private static TokenUsage? ReadUsage(JsonElement body)
    {
        if (body.Object("usageMetadata"u8) is not { } usage)
        {
            return null;
        }

        var thoughts = usage.Tokens("thoughtsTokenCount"u8);
        var candidates = usage.Tokens("candidatesTokenCount"u8);
        return new TokenUsage(
            usage.Tokens("promptTokenCount"u8),
            candidates is null && thoughts is null ? null : (candidates ?? 0) + (thoughts ?? 0),
            thoughts,
            usage.Tokens("cachedContentTokenCount"u8));
    }
}

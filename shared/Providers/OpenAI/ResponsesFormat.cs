using System.Text;
using System.Text.Json;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>OpenAI's Responses API: what its reasoning models are asked through. Nothing is kept at the vendor. It has no seed and no stop texts.</summary>
internal sealed class ResponsesFormat : IWireFormat
{
    public string AnswerName => "response";

    public string RequestIdHeader => "x-request-id";

    public void Write(Utf8JsonWriter json, ModelRequest request)
    {
        json.WriteString("model"u8, request.Model);
        json.WriteStartArray("input"u8);
        foreach (var message in request.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, RequestBody.Role(message.Role));
            json.WriteContent(message, "input_text"u8, WriteImage);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("store"u8, false);
        if (request.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (request.MaxTokens is { } maxTokens)
        {
            json.WriteNumber("max_output_tokens"u8, maxTokens);
        }

        if (request.ReasoningEffort is { } effort)
        {
            json.WriteStartObject("reasoning"u8);
            json.WriteString("effort"u8, effort);
            json.WriteEndObject();
        }

        if (request.TopP is { } topP)
        {
            json.WriteNumber("top_p"u8, topP);
        }

        WriteAnswerFormat(json, request);
    }

    private static void WriteImage(Utf8JsonWriter json, ChatImage image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "input_image"u8);
        json.WriteUrl("image_url"u8, image);
        json.WriteEndObject();
    }

    private static void WriteAnswerFormat(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.JsonSchema is { } schema)
        {
            json.WriteStartObject("text"u8);
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteString("name"u8, schema.Name);
            json.WriteBoolean("strict"u8, true);
            json.WriteJson("schema"u8, schema.Schema);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (AnswerFormat.IsJson(request))
        {
            json.WriteStartObject("text"u8);
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_object"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (AnswerFormat.InVendorsWords(request) is { } format)
        {
            json.WriteStartObject("text"u8);
            json.WriteStartObject("format"u8);
            WriteMembers(json, format);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    /// <summary>Chat completions put a schema and its name into an object of their own, this API puts them beside the type.</summary>
    private static void WriteMembers(Utf8JsonWriter json, JsonElement format)
    {
        foreach (var member in format.EnumerateObject())
        {
            if (member is { Name: "json_schema", Value.ValueKind: JsonValueKind.Object })
            {
                WriteMembers(json, member.Value);
            }
            else
            {
                member.WriteTo(json);
            }
        }
    }

    public AnswerReading Read(JsonElement body)
    {
        var status = body.String("status"u8);
        if (status is "failed" or "cancelled" or "queued" or "in_progress")
        {
            return AnswerReading.Failed(ErrorBodyReader.Read(body) ?? new ErrorBody($"The response has the status '{status}'.", status, null, null));
        }

        if (body.Array("output"u8) is null)
        {
            return default;
        }

        var text = new StringBuilder();
        var isRefusal = false;
        foreach (var part in body.Objects("output"u8).Where(item => item.String("type"u8) == "message").SelectMany(item => item.Objects("content"u8)))
        {
            isRefusal |= part.String("refusal"u8) is not null;
            text.Append(part.String("text"u8) ?? part.String("refusal"u8));
        }

        var reason = status == "incomplete" ? body.Object("incomplete_details"u8)?.String("reason"u8) ?? status : null;
        var ending = reason switch
        {
            "content_filter" => AnswerEnding.Refused,
            not null => AnswerEnding.Length,
            _ when isRefusal => AnswerEnding.Refused,
            _ => text.Length == 0 && CallsTool(body) ? AnswerEnding.ToolCall : AnswerEnding.Complete,
        };
        return new ModelAnswer(
            text.ToString(),
            FinishReason(ending, status, reason),
            body.String("model"u8),
            ReadUsage(body),
            RequestId: null,
            ResponseId: body.String("id"u8),
            Ending: ending,
            Reasoning: Thoughts(body),
            EndingDetail: reason);
    }

    private static bool CallsTool(JsonElement body) =>
        body.Objects("output"u8).Any(item => item.String("type"u8)?.EndsWith("_call", StringComparison.Ordinal) == true);

    private static string? Thoughts(JsonElement body)
    {
        var texts = body.Objects("output"u8).Where(item => item.String("type"u8) == "reasoning")
            .SelectMany(item => item.Objects("content"u8).Concat(item.Objects("summary"u8)))
            .Select(part => part.String("text"u8)).Where(text => text is not null).ToList();
        return texts.Count == 0 ? null : string.Join("\n\n", texts);
    }

    private static string? FinishReason(AnswerEnding ending, string? status, string? reason) => ending switch
    {
        AnswerEnding.Refused => "content_filter",
        AnswerEnding.ToolCall => "tool_use",
        _ when reason == "max_output_tokens" => "max_tokens",
        _ => reason ?? (status == "completed" ? "stop" : status),
    };

    private static TokenUsage? ReadUsage(JsonElement body) => body.Object("usage"u8) is not { } usage ? null : new TokenUsage(
        usage.Tokens("input_tokens"u8),
        usage.Tokens("output_tokens"u8),
        usage.Object("output_tokens_details"u8)?.Tokens("reasoning_tokens"u8),
        usage.Object("input_tokens_details"u8)?.Tokens("cached_tokens"u8));
}

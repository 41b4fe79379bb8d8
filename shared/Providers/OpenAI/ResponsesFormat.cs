using System.Text;
using System.Text.Json;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>OpenAI's Responses API: what its reasoning models are asked through. Nothing is kept at the vendor.</summary>
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
            json.WriteString("content"u8, message.Text);
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
    }

    public ModelAnswer? Read(JsonElement body)
    {
        if (body.Array("output"u8) is null || body.String("status"u8) is "failed")
        {
            return null;
        }

        var text = new StringBuilder();
        var isRefusal = false;
        foreach (var part in body.Objects("output"u8).Where(item => item.String("type"u8) == "message").SelectMany(item => item.Objects("content"u8)))
        {
            isRefusal |= part.String("refusal"u8) is not null;
            text.Append(part.String("text"u8) ?? part.String("refusal"u8));
        }

        return new ModelAnswer(
            text.ToString(), FinishReason(body, isRefusal), body.String("model"u8), ReadUsage(body), RequestId: null, ResponseId: body.String("id"u8));
    }

    private static string? FinishReason(JsonElement body, bool isRefusal) => body.String("status"u8) switch
    {
        "completed" => isRefusal ? "content_filter" : "stop",
        "incomplete" => body.Object("incomplete_details"u8)?.String("reason"u8) switch
        {
            "max_output_tokens" => "max_tokens",
            var reason => reason ?? "incomplete",
        },
        var status => status,
    };

    private static TokenUsage? ReadUsage(JsonElement body) => body.Object("usage"u8) is not { } usage ? null : new TokenUsage(
        usage.Number("input_tokens"u8),
        usage.Number("output_tokens"u8),
        usage.Object("output_tokens_details"u8)?.Number("reasoning_tokens"u8),
        usage.Object("input_tokens_details"u8)?.Number("cached_tokens"u8));
}

using System.Text.Json;

namespace FunctionsEval.Providers.Simulator;

/// <summary>What goes into an answer, whatever its format.</summary>
internal readonly record struct SimulatedReply(
    string Id, string Model, string Text, AnswerEnding Ending, long Created, int InputTokens, int OutputTokens, int ReasoningTokens)
{
    public bool IsRefusal => Ending == AnswerEnding.Refused;

    public bool IsCut => Ending == AnswerEnding.Length;

    public bool CallsTool => Ending == AnswerEnding.ToolCall;
}

/// <summary>Writes an answer as each vendor does.</summary>
internal static class SimulatedReplies
{
    public static void WriteAnswer(this SimulatedFormat format, Utf8JsonWriter json, in SimulatedReply reply)
    {
        json.WriteStartObject();
        switch (format)
        {
            case SimulatedFormat.Responses:
                WriteResponse(json, reply);
                break;
            case SimulatedFormat.Anthropic:
                WriteMessage(json, reply);
                break;
            case SimulatedFormat.Gemini:
                WriteContent(json, reply);
                break;
            default:
                WriteCompletion(json, reply);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteCompletion(Utf8JsonWriter json, in SimulatedReply reply)
    {
        json.WriteString("id"u8, reply.Id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, reply.Created);
        json.WriteString("model"u8, reply.Model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, reply.IsRefusal || reply.CallsTool ? null : reply.Text);
        json.WriteString("refusal"u8, reply.IsRefusal ? reply.Text : null);
        if (reply.CallsTool)
        {
            json.WriteStartArray("tool_calls"u8);
            WriteCall(json, "function"u8);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, reply.IsRefusal ? "content_filter"u8 : reply.IsCut ? "length"u8 : reply.CallsTool ? "tool_calls"u8 : "stop"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, reply, "prompt_tokens"u8, "completion_tokens"u8);
        json.WriteString("system_fingerprint"u8, "simulator"u8);
    }

    private static void WriteResponse(Utf8JsonWriter json, in SimulatedReply reply)
    {
        json.WriteString("id"u8, reply.Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, reply.Created);
        json.WriteString("model"u8, reply.Model);
        json.WriteString("status"u8, reply.IsCut ? "incomplete"u8 : "completed"u8);
        if (reply.IsCut)
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, "max_output_tokens"u8);
            json.WriteEndObject();
        }

        json.WriteStartArray("output"u8);
        if (reply.CallsTool)
        {
            WriteCall(json, "function_call"u8);
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, reply.IsRefusal ? "refusal"u8 : "output_text"u8);
        json.WriteString(reply.IsRefusal ? "refusal"u8 : "text"u8, reply.Text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, reply, "input_tokens"u8, "output_tokens"u8);
    }

    private static void WriteUsage(Utf8JsonWriter json, in SimulatedReply reply, ReadOnlySpan<byte> input, ReadOnlySpan<byte> output)
    {
        Span<byte> details = stackalloc byte[output.Length + 8];
        json.WriteStartObject("usage"u8);
        json.WriteNumber(input, reply.InputTokens);
        json.WriteNumber(output, reply.OutputTokens);
        json.WriteNumber("total_tokens"u8, reply.InputTokens + reply.OutputTokens);
        json.WriteStartObject(Details(details, input));
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject(Details(details, output));
        json.WriteNumber("reasoning_tokens"u8, reply.ReasoningTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Details(Span<byte> buffer, ReadOnlySpan<byte> name)
    {
        name.CopyTo(buffer);
        "_details"u8.CopyTo(buffer[name.Length..]);
        return buffer[..(name.Length + 8)];
    }

    private static void WriteCall(Utf8JsonWriter json, ReadOnlySpan<byte> type)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, "call_1"u8);
        json.WriteString("type"u8, type);
        json.WriteString("name"u8, "look_up"u8);
        json.WriteEndObject();
    }

    /// <summary>A 200 that holds the vendor's own failure in an answer's place.</summary>
    public static void WriteFailure(this SimulatedFormat format, Utf8JsonWriter json)
    {
        const string Message = "The model had an error (simulated fault).";
        switch (format)
        {
            case SimulatedFormat.Anthropic:
                format.WriteError(json, new SimulatedError(500, "server_error", null, Message));
                break;
            case SimulatedFormat.Gemini:
                json.WriteRawValue("""{"candidates":[],"usageMetadata":{"promptTokenCount":0}}"""u8);
                break;
            case SimulatedFormat.Responses:
                json.WriteRawValue($$$"""{"object":"response","status":"failed","error":{"code":"server_error","message":"{{{Message}}}"},"output":[]}""");
                break;
            default:
                json.WriteRawValue($$$"""{"object":"chat.completion","choices":[{"index":0,"finish_reason":"error","error":{"code":502,"message":"{{{Message}}}"},"message":{"role":"assistant","content":""}}]}""");
                break;
        }
    }

    private static void WriteMessage(Utf8JsonWriter json, in SimulatedReply reply)
    {
        json.WriteString("id"u8, reply.Id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, reply.Model);
        json.WriteStartArray("content"u8);
        if (reply.CallsTool)
        {
            WriteCall(json, "tool_use"u8);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, reply.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("stop_reason"u8, reply.IsRefusal ? "refusal"u8 : reply.IsCut ? "max_tokens"u8 : reply.CallsTool ? "tool_use"u8 : "end_turn"u8);
        json.WriteNull("stop_sequence"u8);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, reply.InputTokens);
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("cache_read_input_tokens"u8, 0);
        json.WriteNumber("output_tokens"u8, reply.OutputTokens);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, in SimulatedReply reply)
    {
        json.WriteStartArray("candidates"u8);
        json.WriteStartObject();
        json.WriteStartObject("content"u8);
        json.WriteString("role"u8, "model"u8);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        if (reply.CallsTool)
        {
            json.WriteStartObject("functionCall"u8);
            json.WriteString("name"u8, "look_up"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text"u8, reply.Text);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("finishReason"u8, reply.IsRefusal ? "SAFETY"u8 : reply.IsCut ? "MAX_TOKENS"u8 : "STOP"u8);
        json.WriteNumber("index"u8, 0);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("usageMetadata"u8);
        json.WriteNumber("promptTokenCount"u8, reply.InputTokens);
        json.WriteNumber("candidatesTokenCount"u8, reply.OutputTokens - reply.ReasoningTokens);
        if (reply.ReasoningTokens > 0)
        {
            json.WriteNumber("thoughtsTokenCount"u8, reply.ReasoningTokens);
        }

        json.WriteNumber("totalTokenCount"u8, reply.InputTokens + reply.OutputTokens);
        json.WriteEndObject();
        json.WriteString("modelVersion"u8, reply.Model);
        json.WriteString("responseId"u8, reply.Id);
    }
}

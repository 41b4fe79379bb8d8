using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace FunctionsEval.Providers.Simulator;

/// <summary>Bodies in the OpenAI format, written straight into the response.</summary>
internal static class SimulatorReplies
{
    private const int BytesPerToken = 4;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static Task WriteAnswerAsync(
        HttpContext context, SimulatedRequest request, SimulatedAnswer answer, ulong key, TimeProvider clock, bool broken)
    {
        var (json, buffer) = Start();
        var tokens = Tokens(answer.Text.Length);
        var cut = request.MaxTokens < tokens && !answer.IsRefusal;
        var text = cut ? answer.Text[..(request.MaxTokens!.Value * BytesPerToken)] : answer.Text;
        tokens = cut ? request.MaxTokens!.Value : tokens;
        var id = string.Create(25, key, static (span, value) =>
        {
            "chatcmpl-".CopyTo(span);
            value.TryFormat(span[9..], out _, "x16");
        });

        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, clock.GetUtcNow().ToUnixTimeSeconds());
        json.WriteString("model"u8, request.Model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, answer.IsRefusal ? null : text);
        json.WriteString("refusal"u8, answer.IsRefusal ? text : null);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, answer.IsRefusal ? "content_filter"u8 : cut ? "length"u8 : "stop"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, Tokens(request.PromptBytes), tokens);
        json.WriteString("system_fingerprint"u8, "simulator"u8);
        json.WriteEndObject();
        json.Flush();

        context.Response.Headers["x-request-id"] = id;
        var body = buffer.WrittenMemory;
        return SendAsync(context, 200, broken ? body[..(body.Length / 2)] : body);
    }

    public static Task WriteErrorAsync(HttpContext context, int status, string type, string? code, string message)
    {
        var (json, buffer) = Start();
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, message);
        json.WriteString("type"u8, type);
        json.WriteNull("param"u8);
        json.WriteString("code"u8, code);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return SendAsync(context, status, buffer.WrittenMemory);
    }

    public static Task WriteModelsAsync(HttpContext context, IEnumerable<string> ids)
    {
        var (json, buffer) = Start();
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var id in ids)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("object"u8, "model"u8);
            json.WriteNumber("created"u8, 0);
            json.WriteString("owned_by"u8, "simulator"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return SendAsync(context, 200, buffer.WrittenMemory);
    }

    public static Task WriteStatsAsync(HttpContext context, SimulatorStats stats) =>
        SendAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(stats, SimulatorJson.Default.SimulatorStats));

    private static void WriteUsage(Utf8JsonWriter json, int promptTokens, int completionTokens)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, promptTokens);
        json.WriteNumber("completion_tokens"u8, completionTokens);
        json.WriteNumber("total_tokens"u8, promptTokens + completionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static int Tokens(int bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;

    private static (Utf8JsonWriter Json, ArrayBufferWriter<byte> Buffer) Start()
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        var json = _writer ??= new Utf8JsonWriter(buffer);
        json.Reset(buffer);
        return (json, buffer);
    }

    // The body is copied into the response's own pipe before the first await, so the thread's buffer is free again on return.
    private static async Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulatorStats))]
internal sealed partial class SimulatorJson : JsonSerializerContext;

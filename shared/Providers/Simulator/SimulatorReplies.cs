using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace FunctionsEval.Providers.Simulator;

/// <summary>Bodies, written straight into the response.</summary>
internal static class SimulatorReplies
{
    private const int BytesPerToken = 4;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static Task WriteAnswerAsync(
        HttpContext context, SimulatedFormat format, SimulatedRequest request, SimulatedAnswer answer, ulong key, TimeProvider clock, bool broken)
    {
        var (json, buffer) = Start();
        var tokens = Tokens(answer.Text.Length);
        var cut = request.MaxTokens < tokens && answer.Ending == AnswerEnding.Complete;
        var text = cut ? answer.Text[..(request.MaxTokens!.Value * BytesPerToken)] : answer.Text;

        // Thoughts that leave no room for an answer.
        var reasoning = answer.Ending == AnswerEnding.Length ? request.MaxTokens ?? 1024 : ReasoningTokens(request.Effort);
        var id = string.Create(25, key, static (span, value) =>
        {
            "chatcmpl-".CopyTo(span);
            value.TryFormat(span[9..], out _, "x16");
        });
        format.WriteAnswer(json, new SimulatedReply(
            id,
            request.Model,
            text,
            cut ? AnswerEnding.Length : answer.Ending,
            clock.GetUtcNow().ToUnixTimeSeconds(),
            Tokens(request.PromptBytes),
            (cut ? request.MaxTokens!.Value : tokens) + reasoning,
            reasoning));
        json.Flush();

        context.Response.Headers[format.RequestIdHeader()] = id;
        var body = buffer.WrittenMemory;
        return SendAsync(context, 200, broken ? body[..(body.Length / 2)] : body);
    }

    public static Task WriteErrorAsync(HttpContext context, SimulatedFormat format, in SimulatedError error)
    {
        var (json, buffer) = Start();
        format.WriteError(json, error);
        json.Flush();
        return SendAsync(context, error.Status, buffer.WrittenMemory);
    }

    public static Task WriteFailureAsync(HttpContext context, SimulatedFormat format)
    {
        var (json, buffer) = Start();
        format.WriteFailure(json);
        json.Flush();
        return SendAsync(context, 200, buffer.WrittenMemory);
    }

    public static async Task WritePageAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html";
        await context.Response.WriteAsync("<html><body><h1>Sign in</h1></body></html>", context.RequestAborted);
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

    /// <summary>Thinking costs tokens and changes nothing else here.</summary>
    private static int ReasoningTokens(string? effort) => effort switch
    {
        "minimal" => 4,
        "low" => 16,
        "medium" => 64,
        "high" => 256,
        _ => 0,
    };

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

using System.Buffers;
using System.Text.Json;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// The answer to a wrapped call, always a JSON object: the host waits for ever on an empty body or null. The return value is text, for
/// the host re-reads JSON with rules of its own (dates, decimals).
/// </summary>
internal sealed record WrappedReply(string? ReturnValue = null, string? Log = null)
{
    private static readonly JsonEncodedText Outputs = JsonEncodedText.Encode("Outputs");
    private static readonly JsonEncodedText Logs = JsonEncodedText.Encode("Logs");
    private static readonly JsonEncodedText Return = JsonEncodedText.Encode("ReturnValue");

    public void WriteTo(IBufferWriter<byte> body)
    {
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = EvalJson.Context.Options.Encoder });
        json.WriteStartObject();
        json.WriteStartObject(Outputs);
        json.WriteEndObject();
        json.WriteStartArray(Logs);
        if (Log is not null)
        {
            json.WriteStringValue(Log);
        }

        json.WriteEndArray();
        if (ReturnValue is not null)
        {
            json.WriteString(Return, ReturnValue);
        }

        json.WriteEndObject();
    }
}

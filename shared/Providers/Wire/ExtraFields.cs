using System.Buffers;
using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>
/// Adds <see cref="ModelRequest.Extra"/> to a body that is written. What the body has already is an error: whichever of the two values
/// were sent, half of the definition would be untrue.
/// </summary>
internal static class ExtraFields
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static WrittenBody Add(ReadOnlyMemory<byte> body, string extra, JsonWriterOptions options)
    {
        JsonDocument more;
        try
        {
            more = JsonDocument.Parse(extra, Strict);
        }
        catch (JsonException)
        {
            return WrittenBody.Refused("extra must be a JSON object in which no field stands twice; nothing was sent.");
        }

        using (more)
        using (var document = JsonDocument.Parse(body))
        {
            return ProblemOf(document.RootElement, more.RootElement) is { } problem
                ? WrittenBody.Refused(problem)
                : new WrittenBody(Merge(document.RootElement, more.RootElement, options), null);
        }
    }

    private static string? ProblemOf(JsonElement body, JsonElement extra)
    {
        if (extra.ValueKind != JsonValueKind.Object)
        {
            return "extra must be a JSON object; nothing was sent.";
        }

        if (extra.TryGetProperty("stream"u8, out var stream) && stream.ValueKind != JsonValueKind.False)
        {
            return "extra.stream must be false or left out, because answers are read whole; nothing was sent.";
        }

        return Conflict(body, extra, "extra") is { } path
            ? $"{path} is a field that the request has already: set it by its own field of config or remove it from extra; nothing was sent."
            : null;
    }

    /// <summary>The path of the first field that both have, objects aside.</summary>
    private static string? Conflict(JsonElement body, JsonElement extra, string path)
    {
        foreach (var field in extra.EnumerateObject())
        {
            if (!body.TryGetProperty(field.Name, out var ours))
            {
                continue;
            }

            var here = $"{path}.{field.Name}";
            if (!AreObjects(ours, field.Value))
            {
                return here;
            }

            if (Conflict(ours, field.Value, here) is { } deeper)
            {
                return deeper;
            }
        }

        return null;
    }

    private static ReadOnlyMemory<byte> Merge(JsonElement body, JsonElement extra, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, options);
        WriteMerged(json, body, extra);
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteMerged(Utf8JsonWriter json, JsonElement body, JsonElement extra)
    {
        json.WriteStartObject();
        foreach (var ours in body.EnumerateObject())
        {
            json.WritePropertyName(ours.Name);
            if (extra.TryGetProperty(ours.Name, out var more))
            {
                WriteMerged(json, ours.Value, more);
            }
            else
            {
                ours.Value.WriteTo(json);
            }
        }

        foreach (var added in extra.EnumerateObject().Where(added => !body.TryGetProperty(added.Name, out _)))
        {
            added.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static bool AreObjects(JsonElement one, JsonElement other) =>
        one.ValueKind == JsonValueKind.Object && other.ValueKind == JsonValueKind.Object;
}

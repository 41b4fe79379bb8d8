using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsEval.Storage.Azure;

/// <summary>Entities as the Table service's JSON: types that JSON does not know carry an <c>@odata.type</c>; Int64 is text.</summary>
internal static class TableEntityJson
{
    private const string TypeSuffix = "@odata.type";
    private static readonly JsonWriterOptions AsUtf8 = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions AsAscii = new() { Encoder = JavaScriptEncoder.Default };

    public static void Write(IBufferWriter<byte> buffer, Entity entity, bool asciiOnly)
    {
        using var writer = new Utf8JsonWriter(buffer, asciiOnly ? AsAscii : AsUtf8);
        writer.WriteStartObject();
        writer.WriteString("PartitionKey", KeyEscape.Escape(entity.PartitionKey));
        writer.WriteString("RowKey", KeyEscape.Escape(entity.RowKey));
        foreach (var (name, value) in entity.Properties)
        {
            WriteProperty(writer, name, value);
        }

        writer.WriteEndObject();
    }

    public static Entity Read(JsonElement json)
    {
        var entity = new Entity(
            KeyEscape.Unescape(json.GetProperty("PartitionKey").GetString()!),
            KeyEscape.Unescape(json.GetProperty("RowKey").GetString()!))
        {
            ETag = json.TryGetProperty("odata.etag", out var etag) ? etag.GetString() : null,
        };
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name is "PartitionKey" or "RowKey" or "Timestamp" || property.Value.ValueKind == JsonValueKind.Null ||
                property.Name.StartsWith("odata.", StringComparison.Ordinal) || property.Name.EndsWith(TypeSuffix, StringComparison.Ordinal))
            {
                continue;
            }

            var type = json.TryGetProperty(property.Name + TypeSuffix, out var annotation) ? annotation.GetString() : null;
            entity.Properties[property.Name] = ReadValue(property.Value, type);
        }

        return entity;
    }

    private static void WriteProperty(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteString(name, text);
                break;
            case bool flag:
                writer.WriteBoolean(name, flag);
                break;
            case long number:
                WriteTyped(writer, name, "Edm.Int64", number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number) && !(number == 0 && double.IsNegative(number)):
                writer.WriteString(name + TypeSuffix, "Edm.Double");
                writer.WriteNumber(name, number);
                break;
            case double number:
                WriteTyped(writer, name, "Edm.Double", number.ToString(CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                WriteTyped(writer, name, "Edm.DateTime", time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                break;
            case byte[] binary:
                WriteTyped(writer, name, "Edm.Binary", Convert.ToBase64String(binary));
                break;
        }
    }

    private static void WriteTyped(Utf8JsonWriter writer, string name, string type, string text)
    {
        writer.WriteString(name + TypeSuffix, type);
        writer.WriteString(name, text);
    }

    private static object ReadValue(JsonElement value, string? type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.True or JsonValueKind.False, _) => value.GetBoolean(),

        // Int64 is always typed, so a plain number is a double, also where the emulator drops the ".0" of a whole one.
        (JsonValueKind.Number, "Edm.Int64") => value.GetInt64(),
        (JsonValueKind.Number, _) => value.GetDouble(),
        (_, "Edm.Int64") => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        (_, "Edm.Double") => double.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        (_, "Edm.DateTime") => new DateTimeOffset(value.GetDateTime().ToUniversalTime().Ticks, TimeSpan.Zero),
        (_, "Edm.Binary") => value.GetBytesFromBase64(),
        _ => value.GetString()!,
    };
}

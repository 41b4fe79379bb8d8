using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsEval.Storage.Sqlite;

/// <summary>
/// Properties as JSON that a person can read: text, true/false, whole numbers (Int64), numbers with a point or exponent (double), and
/// <c>{"$double":"NaN"}</c>, <c>{"$time":"2026-01-31T12:00:00.0000000Z"}</c>, <c>{"$binary":"base64"}</c>.
/// </summary>
internal static class EntityJson
{
    private const int LargestKeptBuffer = 64 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly SearchValues<byte> DoubleMarks = SearchValues.Create(".eE"u8);

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    public static byte[] Write(Entity entity)
    {
        var buffer = t_buffer is { Capacity: <= LargestKeptBuffer } kept ? kept : t_buffer = new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        var writer = t_writer ??= new Utf8JsonWriter(buffer, WriterOptions);
        writer.Reset(buffer);
        writer.WriteStartObject();
        foreach (var (name, value) in entity.Properties)
        {
            writer.WritePropertyName(name);
            WriteValue(writer, value);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Fills the properties. <paramref name="names"/> remembers the names of the row before: rows of a table mostly have the same ones.</summary>
    public static void Read(ReadOnlySpan<byte> json, Entity entity, List<string> names)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        for (var position = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; position++)
        {
            string name;
            if (position < names.Count && reader.ValueTextEquals(names[position]))
            {
                name = names[position];
            }
            else
            {
                name = reader.GetString()!;
                names.RemoveRange(Math.Min(position, names.Count), Math.Max(0, names.Count - position));
                names.Add(name);
            }

            reader.Read();
            entity.Properties.Add(name, ReadValue(ref reader));
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case double number when double.IsFinite(number):
                WriteDouble(writer, number);
                break;
            case double number:
                WriteMarked(writer, "$double"u8, number.ToString(CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                WriteMarked(writer, "$time"u8, time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                break;
            case byte[] binary:
                writer.WriteStartObject();
                writer.WriteBase64String("$binary"u8, binary);
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        Span<byte> digits = stackalloc byte[40];
        Utf8Formatter.TryFormat(number, digits, out var length);

        // The point tells a double from an Int64 on the way back.
        if (!digits[..length].ContainsAny(DoubleMarks))
        {
            ".0"u8.CopyTo(digits[length..]);
            length += 2;
        }

        writer.WriteRawValue(digits[..length], skipInputValidation: true);
    }

    private static void WriteMarked(Utf8JsonWriter writer, ReadOnlySpan<byte> mark, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(mark, text);
        writer.WriteEndObject();
    }

    private static object ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString()!;
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Number:
                // The cast keeps the two apart: without it, both arms would become a double.
                return reader.ValueSpan.ContainsAny(DoubleMarks) ? (object)reader.GetDouble() : reader.GetInt64();
            default:
                return ReadMarked(ref reader);
        }
    }

    private static object ReadMarked(ref Utf8JsonReader reader)
    {
        reader.Read();
        var mark = reader.GetString();
        reader.Read();
        object value = mark switch
        {
            "$double" => double.Parse(reader.GetString()!, CultureInfo.InvariantCulture),
            "$time" => new DateTimeOffset(reader.GetDateTime().Ticks, TimeSpan.Zero),
            "$binary" => reader.GetBytesFromBase64(),
            _ => throw new StorageException($"A stored value is marked '{mark}', which this version does not know."),
        };
        reader.Read();
        return value;
    }
}

using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using FunctionsEval.Evaluation.Datasets;
using Parquet;
using Parquet.Serialization;

namespace FunctionsEval.Datasets;

/// <summary>Rows of a Parquet file, one row group in memory at a time; lists and structs become lists and mappings.</summary>
internal static class ParquetRows
{
    public static async IAsyncEnumerable<DataRow> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var groups = await Reading(async () =>
        {
            await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true, cancellationToken: cancellationToken);
            return reader.RowGroupCount;
        });
        var number = 0;
        for (var group = 0; group < groups; group++)
        {
            var index = group;
            var rows = await Reading(async () => (await ParquetSerializer.DeserializeUntypedAsync(stream, rowGroupIndex: index, cancellationToken: cancellationToken)).Data);
            foreach (var row in rows)
            {
                number++;
                yield return new DataRow(number, number, ToJson(row));
            }
        }
    }

    private static async Task<T> Reading<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            throw new DatasetException($"The file is not Parquet that can be read: {problem.Message.TrimEnd('.')}.");
        }
    }

    private static JsonElement ToJson(object row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, row);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case ReadOnlyMemory<char> text:
                writer.WriteStringValue(text.Span);
                break;
            case ReadOnlyMemory<byte> bytes:
                writer.WriteBase64StringValue(bytes.Span);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case DateTime time:
                writer.WriteStringValue(time);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case double or float when Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && !double.IsFinite(number):
                writer.WriteNullValue();
                break;
            case IReadOnlyDictionary<string, object?> fields:
                WriteFields(writer, fields);
                break;
            case IDictionary<string, object?> fields:
                WriteFields(writer, fields);
                break;
            case System.Collections.IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case IFormattable number when value.GetType().IsPrimitive || value is decimal:
                writer.WriteRawValue(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteFields(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in fields)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }
}

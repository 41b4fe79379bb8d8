using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CsvHelper;
using FunctionsEval.Evaluation.Datasets;

namespace FunctionsEval.Datasets;

/// <summary>Rows of a table as text (RFC 4180): quotes, line breaks in quotes, and a delimiter that the first lines tell.</summary>
internal static class CsvRows
{
    private const int MaxColumns = 1_000;

    /// <param name="delimiter">Null recognises comma, semicolon, tab and bar.</param>
    /// <param name="columns">Null takes their names from the first line.</param>
    public static async IAsyncEnumerable<DataRow> ReadAsync(
        Stream stream, char? delimiter, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new CsvReaderOptions
        {
            Separator = delimiter,
            HasHeader = columns is null,
            MalformedData = CsvMalformedDataHandling.Throw,
            MaxRecordSize = DatasetFormats.MaxLineBytes,
            TrackLineNumbers = true,
            IncludeValuesInExceptions = false,
        };
        using var reader = CsvReader.Create(stream, options, leaveOpen: true);
        if (columns is null && await HasRowAsync(reader, isHeader: true, cancellationToken))
        {
            columns = Columns(reader.Headers);
        }

        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer);
        for (var number = 1; await HasRowAsync(reader, isHeader: false, cancellationToken); number++)
        {
            var line = (int)reader.LineNumber;
            if (reader.FieldCount != columns!.Count)
            {
                throw new DatasetException(
                    $"The row has {reader.FieldCount} values, but there are {columns.Count} columns ({string.Join(", ", columns.Take(10))}). A value with a delimiter or a line break in it must be in quotes.", line);
            }

            buffer.Clear();
            writer.Reset();
            writer.WriteStartObject();
            for (var index = 0; index < columns.Count; index++)
            {
                writer.WriteString(columns[index], reader.GetSpan(index));
            }

            writer.WriteEndObject();
            writer.Flush();
            yield return new DataRow(number, line, JsonElement.Parse(buffer.WrittenSpan));
        }
    }

    private static async Task<bool> HasRowAsync(CsvReader reader, bool isHeader, CancellationToken cancellationToken)
    {
        try
        {
            if (!isHeader)
            {
                return await reader.ReadAsync(cancellationToken);
            }

            await reader.ReadHeaderAsync(cancellationToken);
            return reader.Headers is { Count: > 0 };
        }
        catch (CsvFormatException problem)
        {
            throw new DatasetException(
                $"The row cannot be read: {problem.Message.TrimEnd('.')}. A quote may not be closed, or may stand where none may be: put the whole value into quotes and double the quotes in it.",
                (int)problem.LineNumber);
        }
    }

    private static List<string> Columns(IReadOnlyList<string> headers)
    {
        if (headers.Count > MaxColumns)
        {
            throw new DatasetException($"The file has more than {MaxColumns:N0} columns.", 1);
        }

        // pandas writes its index under an empty name.
        List<string> columns = [.. headers.Select((name, index) => string.IsNullOrWhiteSpace(name) ? string.Create(CultureInfo.InvariantCulture, $"column_{index + 1}") : name.Trim())];
        return columns.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new DatasetException($"The column '{twice.Key}' is there twice; rename one.", 1)
            : columns;
    }
}

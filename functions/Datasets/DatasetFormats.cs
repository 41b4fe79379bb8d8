using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Documents;

namespace FunctionsEval.Datasets;

/// <summary>Reads rows from a stream in one of the formats of <see cref="DatasetSpec.Formats"/>, in memory that does not grow with their number.</summary>
internal static class DatasetFormats
{
    /// <summary>Of one line, in bytes: the texts of a scenario have at most 400,000 characters.</summary>
    public const int MaxLineBytes = 4 * 1024 * 1024;

    /// <summary>YAML and Parquet are read into memory, YAML whole and Parquet by row group.</summary>
    private const long MaxWholeBytes = 100 * 1024 * 1024;

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <exception cref="DatasetException">The stream is not in this format.</exception>
    public static IAsyncEnumerable<DataRow> RowsAsync(string format, Stream stream, IReadOnlyList<string>? columns, CancellationToken cancellationToken) => format switch
    {
        "csv" => CsvRows.ReadAsync(new CheckedUtf8Stream(stream, MaxLineBytes), delimiter: null, columns, cancellationToken),
        "tsv" => CsvRows.ReadAsync(new CheckedUtf8Stream(stream, MaxLineBytes), delimiter: '\t', columns, cancellationToken),
        "jsonl" => JsonLinesAsync(new CheckedUtf8Stream(stream, MaxLineBytes), cancellationToken),
        "json" => JsonAsync(stream, cancellationToken),
        "yaml" => YamlAsync(stream, cancellationToken),
        "parquet" => ParquetRows.ReadAsync(stream, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format."),
    };

    private static async IAsyncEnumerable<DataRow> JsonLinesAsync(CheckedUtf8Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024);
        var (number, line) = (0, 0);
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            line++;
            text = line == 1 ? text.TrimStart('\ufeff') : text;
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return new DataRow(++number, line, ObjectOf(() => JsonElement.Parse(text), line));
            }
        }
    }

    // A list of objects, read one by one; it has no lines that the reader would tell.
    private static async IAsyncEnumerable<DataRow> JsonAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        await using var rows = JsonSerializer.DeserializeAsyncEnumerable(stream, DatasetsJson.Context.JsonElement, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            bool hasNext;
            try
            {
                hasNext = await rows.MoveNextAsync();
            }
            catch (JsonException problem)
            {
                throw new DatasetException(
                    number == 0 && problem.Path == "$" ? $"The file must be a JSON list of objects: {JsonReason.Of(problem)}" : $"The file is not JSON: {JsonReason.Of(problem)}",
                    (int?)problem.LineNumber + 1);
            }

            if (!hasNext)
            {
                yield break;
            }

            var row = rows.Current;
            number++;
            yield return new DataRow(number, number, ObjectOf(() => row, number));
        }
    }

    private static async IAsyncEnumerable<DataRow> YamlAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (stream is { CanSeek: true, Length: > MaxWholeBytes })
        {
            throw new DatasetException($"The file must be at most {MaxWholeBytes / 1024 / 1024} MiB of YAML; JSON Lines may be longer.");
        }

        using var reader = new StreamReader(new CheckedUtf8Stream(stream, MaxLineBytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        switch (YamlSource.Parse(await reader.ReadToEndAsync(cancellationToken)))
        {
            case SourceOutcome.Malformed(var error):
                throw new DatasetException(error.Message, error.Line);
            case SourceOutcome.Read(SourceNode.Sequence sequence):
                foreach (var (index, item) in sequence.Items.Index())
                {
                    if (item is not SourceNode.Mapping || VariableJson.Write(item, out _) is not { } json)
                    {
                        throw new DatasetException("Each entry of the list must be a mapping of fields.", item.Line);
                    }

                    yield return new DataRow(index + 1, item.Line, JsonElement.Parse(json));
                }

                break;
            default:
                throw new DatasetException("The file must be a YAML list of mappings.", 1);
        }
    }

    private static JsonElement ObjectOf(Func<JsonElement> parse, int line)
    {
        JsonElement row;
        try
        {
            row = parse();
        }
        catch (JsonException problem)
        {
            throw new DatasetException($"The line is not JSON: {JsonReason.Of(problem)}", line);
        }

        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new DatasetException($"Each row must be a JSON object, but this one is {row.ValueKind.ToString().ToLowerInvariant()}.", line);
        }

        return row;
    }
}

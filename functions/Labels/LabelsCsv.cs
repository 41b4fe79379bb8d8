using System.Globalization;
using CsvHelper;
using FunctionsEval.Datasets;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Labels;

/// <summary>Labels as a table: what the program writes it reads, and so it reads an exported run to which a column <c>label</c> was added.</summary>
internal static class LabelsCsv
{
    private static readonly Dictionary<string, string> FieldOfColumn = new(StringComparer.Ordinal)
    {
        ["scenario"] = "scenario",
        ["scenarioid"] = "scenario",
        ["variant"] = "variant",
        ["sample"] = "sample",
        ["sampleindex"] = "sample",
        ["metric"] = "metric",
        ["scorer"] = "metric",
        ["value"] = "value",
        ["label"] = "value",
        ["labeller"] = "labeller",
        ["labeler"] = "labeller",
        ["annotator"] = "labeller",
        ["note"] = "note",
        ["comment"] = "note",
    };

    /// <returns>The labels, and the columns that mean nothing here.</returns>
    /// <exception cref="DatasetException">It is no table, or lacks a column.</exception>
    public static async Task<(IReadOnlyList<GivenLabel> Labels, IReadOnlyList<string> Ignored)> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (labels, columns) = (new List<GivenLabel>(), (Dictionary<string, string>?)null);
        IReadOnlyList<string> ignored = [];
        await foreach (var row in DatasetFormats.RowsAsync("csv", stream, columns: null, cancellationToken))
        {
            if (columns is null)
            {
                string[] names = [.. row.Fields.EnumerateObject().Select(field => field.Name)];
                columns = FieldsOf(names);
                ignored = [.. names.Except(columns.Values)];
            }

            string? Field(string name) => columns.TryGetValue(name, out var column) && row.Fields.GetProperty(column).GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? Unquoted(text.Trim()) : null;
            labels.Add(new GivenLabel(
                string.Create(CultureInfo.InvariantCulture, $"line {row.Line}"),
                Field("scenario"), Field("variant"), Field("sample"), Field("metric"), Field("value"), Field("labeller"), Field("note")));
        }

        return columns is null ? throw new DatasetException("The file has no rows: a first line with the columns scenario, variant, sample and value, and a line for each label.", 1) : (labels, ignored);
    }

    public static async Task WriteAsync(RunRecord run, IReadOnlyList<Scenario> items, IAsyncEnumerable<CellLabel> labels, TextWriter output)
    {
        using var csv = CsvWriter.Create(output, new CsvWriterOptions { NewLine = "\n", Injection = CsvInjection.Escape }, leaveOpen: true);
        Line("scenario", "variant", "sample", "metric", "value", "labeller", "note", "time");
        await foreach (var label in labels)
        {
            Line(
                items[label.Address.Item].Id,
                run.Variants[label.Address.Variant].Name,
                label.Address.Sample.ToString(CultureInfo.InvariantCulture),
                label.Metric,
                label.Value.ToString("R", CultureInfo.InvariantCulture),
                label.Labeller,
                label.Note ?? "",
                label.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        csv.Flush();

        void Line(params ReadOnlySpan<string> fields)
        {
            foreach (var field in fields)
            {
                csv.WriteField(field);
            }

            csv.EndRecord();
        }
    }

    // What an export keeps spreadsheets from taking for a formula.
    private static string Unquoted(string text) => text is ['\'', '=' or '+' or '-' or '@', ..] ? text[1..] : text;

    // The column of each field.
    private static Dictionary<string, string> FieldsOf(string[] names)
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var key = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
            if (FieldOfColumn.TryGetValue(key, out var field) && !columns.TryAdd(field, name))
            {
                throw new DatasetException($"The columns '{columns[field]}' and '{name}' both mean {field}: keep one.", 1);
            }
        }

        return columns.ContainsKey("scenario") && columns.ContainsKey("value")
            ? columns
            : throw new DatasetException($"The columns scenario and value (or label) are needed, but the file has {string.Join(", ", names.Take(20))}.", 1);
    }
}

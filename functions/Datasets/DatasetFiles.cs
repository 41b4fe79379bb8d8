using System.Runtime.CompilerServices;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Datasets;

namespace FunctionsEval.Datasets;

/// <summary>Data sets that are files beside a definition. Only the command line reads them, never a request.</summary>
/// <param name="folder">Where relative paths begin: the folder of the definition.</param>
/// <param name="stored">Reads data sets that were uploaded to a store; null where none is at hand.</param>
internal sealed class DatasetFiles(string folder, Func<DatasetSpec, CancellationToken, IAsyncEnumerable<DataRow>>? stored = null) : IDatasets
{
    private static readonly Dictionary<string, string> FormatOfEnding = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = "csv",
        [".tsv"] = "tsv",
        [".tab"] = "tsv",
        [".jsonl"] = "jsonl",
        [".ndjson"] = "jsonl",
        [".json"] = "json",
        [".yaml"] = "yaml",
        [".yml"] = "yaml",
        [".parquet"] = "parquet",
    };

    public string Describe(DatasetSpec spec) => spec.File is { } file ? Path.Combine(folder, file) : $"data set '{spec.Name}'";

    public async IAsyncEnumerable<DataRow> RowsAsync(DatasetSpec spec, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (spec.File is null)
        {
            var rows = stored?.Invoke(spec, cancellationToken)
                ?? throw new DatasetException($"scenarios.dataset names an uploaded data set ('{spec.Name}'), which is not read here; name a file: scenarios: {{ file: ... }}.");
            await foreach (var row in rows)
            {
                yield return row;
            }

            yield break;
        }

        var path = Describe(spec);
        var format = spec.Format ?? FormatOfEnding.GetValueOrDefault(Path.GetExtension(path))
            ?? throw new DatasetException($"scenarios.file '{spec.File}' has an ending that tells no format; give scenarios.format, one of {string.Join(", ", DatasetSpec.Formats)}.");
        await using var stream = Open(path, spec.File);
        await foreach (var row in DatasetFormats.RowsAsync(format, stream, spec.Columns, cancellationToken))
        {
            yield return row;
        }
    }

    private static FileStream Open(string path, string file)
    {
        try
        {
            return RegularFile.Problem(path) is { } none
                ? throw new DatasetException($"scenarios.file '{file}' {none}.")
                : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DatasetException($"scenarios.file '{file}' cannot be read: {problem.Message}");
        }
    }
}

namespace FunctionsEval.Evaluation.Datasets;

/// <summary>Which rows of which data set become the scenarios of a definition.</summary>
/// <param name="File">A path, relative to the definition; null where <paramref name="Name"/> is given.</param>
/// <param name="Name">Of an uploaded data set.</param>
/// <param name="Format">One of <see cref="Formats"/>; null goes by the ending of the file.</param>
/// <param name="Columns">Names of the columns of a file that has none in its first line.</param>
/// <param name="Offset">Rows that are left out at the start, of those that <paramref name="Where"/> keeps.</param>
/// <param name="Limit">The most rows that are taken; null takes all.</param>
/// <param name="Where">By column, the values that are kept.</param>
public sealed record DatasetSpec(
    string? File,
    string? Name,
    string? Format,
    IReadOnlyList<string>? Columns,
    int Offset,
    int? Limit,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Where)
{
    public static readonly IReadOnlyList<string> Formats = ["csv", "tsv", "jsonl", "json", "yaml", "parquet"];
}

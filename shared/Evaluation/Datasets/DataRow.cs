using System.Text.Json;

namespace FunctionsEval.Evaluation.Datasets;

/// <summary>One row of a data set.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Line">Where it begins, from 1; the number of the row in files without lines.</param>
/// <param name="Fields">A JSON object: the values by column.</param>
public sealed record DataRow(int Number, int Line, JsonElement Fields);

/// <summary>Where the rows of definitions come from.</summary>
public interface IDatasets
{
    /// <summary>What stands in front of the line in complaints about rows, such as a file's name.</summary>
    string Describe(DatasetSpec spec);

    /// <exception cref="DatasetException">There is no such data set, or it cannot be read.</exception>
    IAsyncEnumerable<DataRow> RowsAsync(DatasetSpec spec, CancellationToken cancellationToken);
}

/// <summary>A data set cannot be read; the message is a sentence.</summary>
/// <param name="line">Null when it is about the whole.</param>
public sealed class DatasetException(string message, int? line = null) : Exception(message)
{
    public int? Line => line;
}

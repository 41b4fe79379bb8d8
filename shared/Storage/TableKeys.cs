using System.Globalization;

namespace FunctionsEval.Storage;

/// <summary>Every table and key layout of the program, in one place. Key parts are fixed-width so that key order is number order.</summary>
public static class TableKeys
{
    /// <summary>Partition = <see cref="AllDefinitions"/>, row = definition id: heads. Partition = definition id, row = index: scenarios.</summary>
    public const string Definitions = "Definitions";

    /// <summary>Partition = <see cref="AllRuns"/>; row = run id, which sorts newest first.</summary>
    public const string Runs = "Runs";

    /// <summary>Partition = run id; row = item index. The snapshot that the run evaluates.</summary>
    public const string Items = "Items";

    /// <summary>Partition = {runId}|{partition}; rows: cells, and behind '~' their calls, intents and the counter.</summary>
    public const string Cells = "Cells";

    /// <summary>Same keys as the cells; a transcript too long for one row goes on in <see cref="TranscriptPart"/>.</summary>
    public const string Transcripts = "Transcripts";

    /// <summary>Partition = run id; rows: <see cref="Head"/>, and blocks of scenario statistics.</summary>
    public const string Analyses = "Analyses";

    /// <summary>Partition = <see cref="AllLimits"/>; row = provider, model and what is counted. Buckets that all processes share.</summary>
    public const string Limits = "Limits";

    public const string AllLimits = "limit";

    public const string AllDefinitions = "definition";

    public const string AllRuns = "run";

    /// <summary>Sorts before every other row of its partition.</summary>
    public const string Head = "!head";

    /// <summary>Cell rows start with a digit; everything else in a cell partition sorts from here on.</summary>
    public const string AfterCells = "~";

    public const string Counter = "~counter";

    public static string Number(int index) => index.ToString("D6", CultureInfo.InvariantCulture);

    public static string Call(string cellRow, int number) => string.Create(CultureInfo.InvariantCulture, $"~call-{cellRow}-{number:D3}");

    public static string TranscriptPart(string cellRow, int part) => string.Create(CultureInfo.InvariantCulture, $"{cellRow}~{part:D4}");

    /// <summary>Written before a model is called and removed with the cell's insert: what is left over was called, and its answer lost.</summary>
    public static string Intent(string cellRow) => $"~intent-{cellRow}";
}

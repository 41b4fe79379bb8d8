using System.Globalization;

namespace FunctionsEval.Evaluation.Cells;

/// <summary>Where a cell stands: item, variant and sample index, each from 0. Its keys are arithmetic (docs/adr/0002).</summary>
public readonly record struct CellAddress(int Item, int Variant, int Sample)
{
    public const int ItemsPerPartition = 32;

    // What the widths of the row key can hold.
    public const int MaxItems = 1_000_000;
    public const int MaxVariants = 1_000;
    public const int MaxSamples = 1_000;

    public int Partition => Item / ItemsPerPartition;

    public static string PartitionKey(string runId, int partition) => string.Create(CultureInfo.InvariantCulture, $"{runId}|{partition:D6}");

    public string PartitionKey(string runId) => PartitionKey(runId, Partition);

    public string RowKey => string.Create(CultureInfo.InvariantCulture, $"{Item:D6}-{Variant:D3}-{Sample:D3}");

    /// <summary>Null when the text is not a row key of a cell, exactly as <see cref="RowKey"/> writes it.</summary>
    public static CellAddress? ParseRowKey(ReadOnlySpan<char> rowKey) =>
        rowKey.Length == 14 && rowKey[6] == '-' && rowKey[10] == '-'
        && Digits(rowKey[..6]) is { } item && Digits(rowKey[7..10]) is { } variant && Digits(rowKey[11..]) is { } sample
            ? new CellAddress(item, variant, sample)
            : null;

    private static int? Digits(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}

using System.Globalization;

namespace FunctionsEval.Runs.Cells;

/// <summary>What the cells of one partition and variant add up to. Stored as one short text in the partition's counter row.</summary>
public sealed record CellCounts(
    long Scored = 0, long Invalid = 0, long Failed = 0, long CallsSent = 0, long CallsRepeated = 0, long InputTokens = 0, long OutputTokens = 0)
{
    public static readonly CellCounts None = new();

    public long Finished => Scored + Invalid + Failed;

    public static CellCounts operator +(CellCounts a, CellCounts b) => new(
        a.Scored + b.Scored,
        a.Invalid + b.Invalid,
        a.Failed + b.Failed,
        a.CallsSent + b.CallsSent,
        a.CallsRepeated + b.CallsRepeated,
        a.InputTokens + b.InputTokens,
        a.OutputTokens + b.OutputTokens);

    public static CellCounts Of(CellRecord cell) => new(
        cell.Outcome == CellOutcome.Scored ? 1 : 0,
        cell.Outcome == CellOutcome.Invalid ? 1 : 0,
        cell.Outcome == CellOutcome.Failed ? 1 : 0,
        cell.Calls + cell.LostCalls,
        cell.LostCalls,
        cell.InputTokens ?? 0,
        cell.OutputTokens ?? 0);

    public string ToText() => string.Create(
        CultureInfo.InvariantCulture, $"{Scored},{Invalid},{Failed},{CallsSent},{CallsRepeated},{InputTokens},{OutputTokens}");

    public static CellCounts Parse(string text)
    {
        var numbers = text.Split(',').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
    }
}

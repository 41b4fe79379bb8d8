using System.Globalization;

namespace FunctionsEval.Runs.Cells;

/// <summary>What the cells of one partition and variant add up to. Stored as one short text in the partition's counter row; new numbers come last.</summary>
/// <param name="CallsSent">To the cells' own models and to judges.</param>
/// <param name="InputTokens">Of the cells' own models; those of judges are apart, as is what they cost.</param>
/// <param name="Unpriced">Cells with calls whose cost is not known.</param>
/// <param name="Judgements">Of pairs, one for each order, judge and repeat; those of scorers that the run has.</param>
/// <param name="Cut">Scored cells whose answer was cut off by the limit of tokens.</param>
/// <param name="Reused">Cells whose answer was taken over from an earlier run.</param>
public sealed record CellCounts(
    long Scored = 0, long Invalid = 0, long Failed = 0, long CallsSent = 0, long CallsRepeated = 0, long InputTokens = 0, long OutputTokens = 0,
    long CostNanos = 0, long HeldNanos = 0, long Unpriced = 0, long Refused = 0, long Truncated = 0,
    long Cut = 0, long JudgeCalls = 0, long JudgeInputTokens = 0, long JudgeOutputTokens = 0, long JudgeCostNanos = 0, long JudgeUnpricedCalls = 0,
    long Judgements = 0, long Reused = 0)
{
    public static readonly CellCounts None = new();

    public long Finished => Scored + Invalid + Failed + Refused + Truncated;

    /// <summary>Cells that a model answered, whatever the answer was worth.</summary>
    public long Answered => Finished - Failed;

    public static CellCounts operator +(CellCounts a, CellCounts b) => new(
        a.Scored + b.Scored,
        a.Invalid + b.Invalid,
        a.Failed + b.Failed,
        a.CallsSent + b.CallsSent,
        a.CallsRepeated + b.CallsRepeated,
        a.InputTokens + b.InputTokens,
        a.OutputTokens + b.OutputTokens,
        a.CostNanos + b.CostNanos,
        a.HeldNanos + b.HeldNanos,
        a.Unpriced + b.Unpriced,
        a.Refused + b.Refused,
        a.Truncated + b.Truncated,
        a.Cut + b.Cut,
        a.JudgeCalls + b.JudgeCalls,
        a.JudgeInputTokens + b.JudgeInputTokens,
        a.JudgeOutputTokens + b.JudgeOutputTokens,
        a.JudgeCostNanos + b.JudgeCostNanos,
        a.JudgeUnpricedCalls + b.JudgeUnpricedCalls,
        a.Judgements + b.Judgements,
        a.Reused + b.Reused);

    public static CellCounts Of(CellRecord cell) => new(
        cell.Outcome == CellOutcome.Scored ? 1 : 0,
        cell.Outcome == CellOutcome.Invalid ? 1 : 0,
        cell.Outcome == CellOutcome.Failed ? 1 : 0,
        cell.Calls + cell.LostCalls + (cell.Judging?.Calls ?? 0),
        cell.LostCalls,
        cell.InputTokens ?? 0,
        cell.OutputTokens ?? 0,
        Money.ToNanos(cell.CostUsd ?? 0),
        Money.ToNanos(cell.HeldUsd + (cell.Judging?.HeldUsd ?? 0)),
        cell.CostUsd is null && cell.Calls + cell.LostCalls > 0 ? 1 : 0,
        cell.Outcome == CellOutcome.Refused ? 1 : 0,
        cell.Outcome == CellOutcome.Truncated ? 1 : 0,
        cell.IsCut ? 1 : 0,
        cell.Judging?.Calls ?? 0,
        cell.Judging?.InputTokens ?? 0,
        cell.Judging?.OutputTokens ?? 0,
        Money.ToNanos(cell.Judging?.CostUsd ?? 0),
        cell.Judging?.UnpricedCalls ?? 0,
        Reused: cell.ReusedFrom is null ? 0 : 1);

    /// <summary>Of judgements of pairs, as they count for the run: they are not cells, and their calls are calls to judges.</summary>
    /// <param name="ofScorer">The run still has the scorer that asked for them.</param>
    public CellCounts AsJudgements(bool ofScorer) => new(
        CallsSent: CallsSent, CallsRepeated: CallsRepeated, HeldNanos: HeldNanos, JudgeCalls: CallsSent, JudgeInputTokens: InputTokens, JudgeOutputTokens: OutputTokens,
        JudgeCostNanos: CostNanos, JudgeUnpricedCalls: CostNanos == 0 && Unpriced > 0 ? CallsSent : Unpriced, Judgements: ofScorer ? Finished : 0);

    /// <summary>What is added when the cell is set aside: its outcome is taken away.</summary>
    public static CellCounts WithoutOutcome(CellRecord cell)
    {
        var counts = Of(cell);
        return new CellCounts(-counts.Scored, -counts.Invalid, -counts.Failed, Refused: -counts.Refused, Truncated: -counts.Truncated, Cut: -counts.Cut, Reused: -counts.Reused);
    }

    public string ToText()
    {
        var cells = string.Create(
            CultureInfo.InvariantCulture, $"{Scored},{Invalid},{Failed},{CallsSent},{CallsRepeated},{InputTokens},{OutputTokens},{CostNanos},{HeldNanos},{Unpriced},{Refused},{Truncated},{Cut}");
        return JudgeCalls == 0 && Judgements == 0 && Reused == 0
            ? cells
            : string.Create(CultureInfo.InvariantCulture, $"{cells},{JudgeCalls},{JudgeInputTokens},{JudgeOutputTokens},{JudgeCostNanos},{JudgeUnpricedCalls},{Judgements},{Reused}");
    }

    public static CellCounts Parse(string text)
    {
        var numbers = text.Split(',').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        long At(int index) => index < numbers.Length ? numbers[index] : 0;
        return new(At(0), At(1), At(2), At(3), At(4), At(5), At(6), At(7), At(8), At(9), At(10), At(11), At(12), At(13), At(14), At(15), At(16), At(17), At(18), At(19));
    }
}

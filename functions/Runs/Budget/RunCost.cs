using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Runs.Budget;

/// <summary>What the finished cells cost.</summary>
/// <param name="Usd">Of the calls that were answered, those of judges included; null when nothing of it has a known cost.</param>
/// <param name="UnpricedCells">Cells whose model has no price: they are not in the sum.</param>
/// <param name="UncertainUsd">What calls may have cost on top whose answers were lost.</param>
/// <param name="JudgeUsd">The part of it that judges cost; null without judges, or when they have no price.</param>
public sealed record RunCost(decimal? Usd, long UnpricedCells, decimal UncertainUsd, decimal? JudgeUsd = null)
{
    public static RunCost Of(CellCounts counts)
    {
        var judges = counts.JudgeCalls == 0 || counts.JudgeUnpricedCalls >= counts.JudgeCalls ? (decimal?)null : Money.FromNanos(counts.JudgeCostNanos);
        return new RunCost(AnswersUsd(counts) is { } answers ? answers + (judges ?? 0) : judges, counts.Unpriced, Money.FromNanos(counts.HeldNanos), judges);
    }

    public static RunCost Of(IEnumerable<CellCounts> perVariant) => Of(perVariant.Aggregate(CellCounts.None, (a, b) => a + b));

    /// <summary>Of the cells' own models alone: what variants are compared by. Null when no cell has a known cost.</summary>
    public static decimal? AnswersUsd(CellCounts counts) => counts.Unpriced >= counts.Finished ? null : Money.FromNanos(counts.CostNanos);
}

using FunctionsEval.Runs.Cells;

namespace FunctionsEval.Runs.Budget;

/// <summary>What the finished cells cost.</summary>
/// <param name="Usd">Of the calls that were answered; null when no cell has a known cost.</param>
/// <param name="UnpricedCells">Cells whose model has no price: they are not in the sum.</param>
/// <param name="UncertainUsd">What calls may have cost on top whose answers were lost.</param>
public sealed record RunCost(decimal? Usd, long UnpricedCells, decimal UncertainUsd)
{
    public static RunCost Of(CellCounts counts) => new(
        counts.Unpriced >= counts.Finished ? null : Money.FromNanos(counts.CostNanos),
        counts.Unpriced,
        Money.FromNanos(counts.HeldNanos));

    public static RunCost Of(IEnumerable<CellCounts> perVariant) => Of(perVariant.Aggregate(CellCounts.None, (a, b) => a + b));
}

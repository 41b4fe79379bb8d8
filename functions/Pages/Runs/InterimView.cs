using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Pages.Runs;

/// <summary>
/// What the first answers of a run say while it goes on: the mean of each variant over scenarios that all variants have answered. No intervals and no
/// verdict: who looks often enough finds a difference where there is none.
/// </summary>
/// <param name="Scenarios">How many the means rest on.</param>
/// <param name="Means">By variant.</param>
public sealed record InterimView(int Scenarios, IReadOnlyList<double?> Means)
{
    /// <summary>So many cells are read and no more, however large the run is.</summary>
    private const int MaxCells = 1000;

    internal static async Task<InterimView?> ReadAsync(RunRecord run, CellLedger cells, CancellationToken cancellationToken)
    {
        if (run.Scorers.Count == 0)
        {
            return null;
        }

        var (page, _) = await cells.PageAsync(run, new CellFilter(), MaxCells, continuation: null, cancellationToken);
        var complete = page.Where(cell => cell.Score is not null)
            .GroupBy(cell => cell.Address.Item)
            .Select(item => item.GroupBy(cell => cell.Address.Variant).ToDictionary(variant => variant.Key, variant => variant.Average(cell => cell.Score!.Value)))
            .Where(means => means.Count == run.Variants.Count)
            .ToList();
        return complete.Count == 0
            ? null
            : new InterimView(complete.Count, [.. run.Variants.Select((_, variant) => (double?)complete.Average(means => means[variant]))]);
    }
}

using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs;

/// <summary>A run that ended before all its cells were evaluated, and what that saved.</summary>
/// <param name="CallsSaved">Cells left out, times the calls that those evaluated took on average.</param>
/// <param name="CostSaved">In US dollars; null where the cost of calls is not known.</param>
public sealed record StoppedEarly(string Reason, long CellsSaved, long CallsSaved, decimal? CostSaved = null)
{
    public static StoppedEarly? Of(RunRecord run, IReadOnlyList<CellCounts> counts)
    {
        if (run.Course.StopReason is not { } code)
        {
            return null;
        }

        var all = counts.Aggregate(CellCounts.None, (a, b) => a + b);
        var left = run.TotalCells - all.Finished;
        var perCell = all.Finished == 0 ? 1 : (double)all.CallsSent / all.Finished;
        var cost = all.Finished == 0 ? null : RunCost.Of(counts)?.Usd * left / all.Finished;
        return new StoppedEarly($"{code}: {run.Course.Reason}", left, (long)Math.Round(left * perCell), cost);
    }
}

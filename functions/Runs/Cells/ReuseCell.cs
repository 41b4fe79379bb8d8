using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Runs.Cells;

/// <summary>Takes the answer of a cell over from an earlier run that asked the same, and scores it anew. No model is called and nothing is paid.</summary>
public sealed class ReuseCell(RunCatalog catalog, CellLedger ledger, RetriedCells retried)
{
    /// <summary>The cell as it was stored; null when it has to be called.</summary>
    /// <exception cref="RunNotActiveException">The run is paused or has ended.</exception>
    public async Task<CellRecord?> TakeOverAsync(ActiveRun active, CellAddress address, Scenario item, CancellationToken cancellationToken)
    {
        // A cell that a retry set aside is called: its answer was not good enough.
        if (active.Reusable is not { } reusable || reusable.Find(address) is not { } place || await retried.HasAsync(active.Run, address, cancellationToken))
        {
            return null;
        }

        if (await catalog.GetStatusAsync(active.Run.RunId, cancellationToken) is var status && !status.IsActive())
        {
            throw new RunNotActiveException(status);
        }

        var earlier = reusable.Earlier;
        if (await ledger.FindAsync(earlier, place, cancellationToken) is not { } answered
            || answered.Outcome == CellOutcome.Failed
            || await ledger.FindTranscriptAsync(earlier.RunId, place, cancellationToken) is not { } transcript)
        {
            return null;
        }

        var taken = answered with
        {
            Address = address,
            Calls = 0,
            LostCalls = 0,
            CostUsd = 0,
            HeldUsd = 0,
            ReusedFrom = answered.ReusedFrom ?? $"{earlier.RunId}/{place.RowKey}",
        };
        var cell = RescoreRun.Rescore(taken, transcript, active.Run.Scorers, active.Scorers, item);
        await ledger.StoreAsync(active.Run.RunId, cell, transcript, []);
        return cell;
    }
}

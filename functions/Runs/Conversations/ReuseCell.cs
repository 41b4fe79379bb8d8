using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Conversations;

/// <summary>What an earlier run was answered where it asked the same.</summary>
/// <param name="From">As <c>run/row</c>.</param>
public sealed record ReusableAnswer(CellRecord Cell, Transcript Transcript, string From);

/// <summary>Finds the answer of an earlier run that a cell can take over instead of a call.</summary>
public sealed class ReuseCell(RunCatalog catalog, CellLedger ledger, RetriedCells retried)
{
    /// <summary>Null when the cell has to be called.</summary>
    /// <exception cref="RunNotActiveException">The run is paused or has ended.</exception>
    public async Task<ReusableAnswer?> FindAsync(ActiveRun active, CellAddress address, CancellationToken cancellationToken)
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
        return await ledger.FindAsync(earlier, place, cancellationToken) is { Outcome: not CellOutcome.Failed } cell
            && await ledger.FindTranscriptAsync(earlier.RunId, place, cancellationToken) is { } transcript
            ? new ReusableAnswer(cell, transcript, cell.ReusedFrom ?? $"{earlier.RunId}/{place.RowKey}")
            : null;
    }
}

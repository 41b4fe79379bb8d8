using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>Gives the cells of a run that has ended other scores.</summary>
public sealed class RewriteCells(IEntityStore entities, CellLedger ledger, RetriedCells retried)
{
    private const int RewrittenAtOnce = 16;

    /// <summary>
    /// Replaces what a finished run's answered cells were scored with, and counts anew. Not one transaction: repeat it if it breaks off. Calls to judges
    /// that were announced since a cell was written, and that it does not have, are lost.
    /// </summary>
    public async Task RunAsync(RunRecord run, Func<CellRecord, Transcript, Task<CellRecord>> rewrite, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
        {
            var key = CellAddress.PartitionKey(run.RunId, partition);
            var intents = await ledger.IntentsAsync(key, cancellationToken);
            var rows = new List<Entity>();
            var counter = CellCounter.Empty(key);
            var isChanged = false;
            var cells = await entities.QueryAsync(new EntityQuery(TableKeys.Cells, key, RowTo: TableKeys.AfterCells), cancellationToken)
                .Select(row => CellRows.ToCell(row, CellRows.ScorerNames(run))).ToListAsync(cancellationToken);
            foreach (var (cell, rewritten) in cells.Zip(await RewrittenAsync(run, cells, rewrite, cancellationToken)))
            {
                var now = rewritten ?? cell;
                if (rewritten is not null && intents.GetValueOrDefault(cell.Address.RowKey) is { } intent)
                {
                    now = WithLost(now, intent, (now.Judging?.Calls ?? 0) - (cell.Judging?.Calls ?? 0));
                    await entities.SubmitAsync(
                        TableKeys.Cells, [EntityOperation.Upsert(CellRows.ToEntity(key, now)), EntityOperation.Delete(key, intent.RowKey)], cancellationToken);
                }
                else if (!ReferenceEquals(now, cell))
                {
                    rows.Add(CellRows.ToEntity(key, now));
                }

                isChanged |= !ReferenceEquals(now, cell);
                counter = counter.With(now);
            }

            await foreach (var earlier in retried.OfPartitionAsync(run, key, cancellationToken))
            {
                counter = counter.With(earlier).WithoutOutcome(earlier);
            }

            await EntityBatches.UpsertAsync(entities, TableKeys.Cells, rows, cancellationToken);
            if (isChanged)
            {
                await entities.SubmitAsync(TableKeys.Cells, EntityOperation.Upsert(counter.ToOperation().Entity), cancellationToken);
            }
        }
    }

    /// <summary>Several at once, for a scorer may be a program that takes its time; null for a cell without an answer.</summary>
    private async Task<CellRecord?[]> RewrittenAsync(
        RunRecord run, List<CellRecord> cells, Func<CellRecord, Transcript, Task<CellRecord>> rewrite, CancellationToken cancellationToken)
    {
        var rewritten = new CellRecord?[cells.Count];
        await Parallel.ForAsync(0, cells.Count, new ParallelOptions { MaxDegreeOfParallelism = RewrittenAtOnce, CancellationToken = cancellationToken }, async (index, token) =>
        {
            if (cells[index].Outcome != CellOutcome.Failed && await ledger.FindTranscriptAsync(run.RunId, cells[index].Address, token) is { } transcript)
            {
                rewritten[index] = await rewrite(cells[index], transcript);
            }
        });
        return rewritten;
    }

    private static CellRecord WithLost(CellRecord cell, Entity intent, int stored)
    {
        var announced = (int)(intent.GetInt64("calls") ?? 0);
        var lost = Math.Max(0, announced - stored);
        return lost == 0 ? cell : cell with
        {
            LostCalls = cell.LostCalls + lost,
            HeldUsd = cell.HeldUsd + (Money.FromNanos(intent.GetInt64("reservedNanos") ?? 0) * lost / announced),
        };
    }
}

using System.Runtime.CompilerServices;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>What a retry set aside: tries of cells that are evaluated again. Their calls and cost stay counted, their outcomes do not.</summary>
public sealed class RetriedCells(IEntityStore entities)
{
    /// <summary>
    /// Takes the cells of a retry out of their places, so that they are evaluated again, and keeps them beside. A cell is taken once a retry, however
    /// often this is called. What their calls cost stays counted.
    /// </summary>
    public async Task SetAsideAsync(RunRecord run, RunRetry retry, CancellationToken cancellationToken)
    {
        // A cell, its copy, and with each batch the counter.
        const int CellsPerBatch = (EntityBatches.MaxOperations - 1) / 2;
        for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
        {
            var key = CellAddress.PartitionKey(run.RunId, partition);
            var rows = new List<(Entity Row, CellRecord Cell)>();
            await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Cells, key, RowTo: TableKeys.AfterCells), cancellationToken))
            {
                if (CellRows.ToCell(entity, CellRows.ScorerNames(run)) is var cell && retry.Takes(run, cell)
                    && await entities.FindAsync(TableKeys.Cells, key, TableKeys.Retried(entity.RowKey, retry.Number), cancellationToken) is null)
                {
                    rows.Add((entity, cell));
                }
            }

            foreach (var batch in rows.Chunk(CellsPerBatch))
            {
                await SetAsideAsync(key, batch, retry.Number, cancellationToken);
            }
        }
    }

    /// <summary>Takes failed cells out of their places, so that they are evaluated again, and keeps them beside; each time they have failed once more.</summary>
    /// <param name="before">Only those that failed before it; null is all.</param>
    public async Task SetFailedAsideAsync(RunRecord run, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
        {
            var key = CellAddress.PartitionKey(run.RunId, partition);
            await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Cells, key, RowTo: TableKeys.AfterCells), cancellationToken))
            {
                if (CellRows.OutcomeOf(entity) == CellOutcome.Failed && CellRows.ToCell(entity, CellRows.ScorerNames(run)) is var cell && !(cell.CompletedAt >= before))
                {
                    var tries = await ReadAsync(run, key, TableKeys.RetriedOf(entity.RowKey), cancellationToken).CountAsync(cancellationToken);
                    await SetAsideAsync(key, [(entity, cell)], tries + 1, cancellationToken);
                }
            }
        }
    }

    /// <summary>Calls that earlier tries of a cell made, whose rows are kept.</summary>
    public async Task<int> EarlierCallsAsync(RunRecord run, CellAddress address, CancellationToken cancellationToken)
    {
        var calls = 0;
        await foreach (var cell in ReadAsync(run, address.PartitionKey(run.RunId), TableKeys.RetriedOf(address.RowKey), cancellationToken))
        {
            calls += cell.Calls;
        }

        return calls;
    }

    /// <summary>Whether a retry set a try of the cell aside.</summary>
    public async Task<bool> HasAsync(RunRecord run, CellAddress address, CancellationToken cancellationToken) =>
        run.Course.Retry is not null
        && await ReadAsync(run, address.PartitionKey(run.RunId), TableKeys.RetriedOf(address.RowKey), cancellationToken).AnyAsync(cancellationToken);

    /// <summary>All that a partition of cells has set aside.</summary>
    public IAsyncEnumerable<CellRecord> OfPartitionAsync(RunRecord run, string partition, CancellationToken cancellationToken) =>
        ReadAsync(run, partition, TableKeys.RetriedOf(""), cancellationToken);

    private async Task SetAsideAsync(string partition, (Entity Row, CellRecord Cell)[] cells, int number, CancellationToken cancellationToken)
    {
        // Without its transcript a conversation begins anew: turns that were kept would be counted twice.
        await entities.SubmitAsync(TableKeys.Transcripts, [.. cells.Select(cell => EntityOperation.Delete(partition, cell.Row.RowKey))], cancellationToken);
        while (true)
        {
            var counter = cells.Aggregate(await CellCounter.ReadAsync(entities, partition), (sum, cell) => sum.WithoutOutcome(cell.Cell));
            List<EntityOperation> operations = [.. cells.SelectMany(cell => Moved(partition, cell.Row, number)), counter.ToOperation()];
            if ((await entities.SubmitAsync(TableKeys.Cells, operations, cancellationToken)) is { IsApplied: true })
            {
                return;
            }

            // Another process took them, or the counter was stale.
            if (await entities.FindAsync(TableKeys.Cells, partition, cells[0].Row.RowKey, cancellationToken) is null)
            {
                return;
            }
        }
    }

    private static IEnumerable<EntityOperation> Moved(string partition, Entity row, int number)
    {
        var copy = new Entity(partition, TableKeys.Retried(row.RowKey, number));
        foreach (var (name, value) in row.Properties)
        {
            copy[name] = value;
        }

        return [EntityOperation.Insert(copy), EntityOperation.Delete(partition, row.RowKey)];
    }

    private async IAsyncEnumerable<CellRecord> ReadAsync(
        RunRecord run, string partition, string start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = TableKeys.RetriedOf("").Length;
        await foreach (var row in entities.QueryAsync(new EntityQuery(TableKeys.Cells, partition, RowFrom: start, RowTo: start + "~"), cancellationToken))
        {
            var cell = new Entity(partition, row.RowKey.Substring(from, CellRows.KeyLength));
            foreach (var (name, value) in row.Properties)
            {
                cell[name] = value;
            }

            yield return CellRows.ToCell(cell, CellRows.ScorerNames(run));
        }
    }
}

/// <summary>Which cells a retry is about.</summary>
internal static class CellsOfRetries
{
    public static bool Takes(this RunRetry retry, RunRecord run, CellRecord cell) =>
        retry.Variants.Contains(run.Variants[cell.Address.Variant].Name)
        && retry.Codes.Any(code => code.Equals(JsonRules.Name(cell.Outcome), StringComparison.OrdinalIgnoreCase) || code == cell.Error?.Code);

    /// <summary>Its answer stays; only judges that failed are asked again. A cell is taken once.</summary>
    public static bool TakesJudges(this RunRetry retry, RunRecord run, CellRecord cell) =>
        cell.Judging?.Extension < retry.Number && retry.Variants.Contains(run.Variants[cell.Address.Variant].Name)
        && cell.Scores.SelectMany(score => score.Judge?.Judgements ?? []).Any(judgement => judgement.Failed is { } failed && retry.Codes.Any(code =>
            code == failed || code.Equals(RunRetry.JudgeFailed, StringComparison.OrdinalIgnoreCase) || code.Equals(JsonRules.Name(CellOutcome.Failed), StringComparison.OrdinalIgnoreCase)));
}

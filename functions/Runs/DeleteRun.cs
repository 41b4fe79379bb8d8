using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs;

public abstract record DeleteOutcome
{
    private DeleteOutcome()
    {
    }

    public sealed record Deleted(RunRecord Run) : DeleteOutcome;

    public sealed record UnknownRun(string RunId) : DeleteOutcome;

    public sealed record WrongState(string Message) : DeleteOutcome;
}

/// <summary>Deletes a run that has ended, with all that is stored of it. Its own row goes last: what broke off is finished by deleting it again.</summary>
public sealed class DeleteRun(RunStore runs, IEntityStore entities)
{
    public async Task<DeleteOutcome> DeleteAsync(string runId, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return new DeleteOutcome.UnknownRun(runId);
        }

        if (!run.Status.IsFinished())
        {
            return new DeleteOutcome.WrongState($"Run '{runId}' is {JsonRules.Name(run.Status)}: cancel it first.");
        }

        foreach (var id in CellLedger.RunIdsOf(run))
        {
            for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
            {
                var key = CellAddress.PartitionKey(id, partition);
                await ClearAsync(TableKeys.Transcripts, key, cancellationToken);
                await ClearAsync(TableKeys.Cells, key, cancellationToken);
            }
        }

        foreach (var table in new[] { TableKeys.Items, TableKeys.Labels, TableKeys.Analyses, TableKeys.Allocations, TableKeys.Looks, TableKeys.Digests })
        {
            await ClearAsync(table, runId, cancellationToken);
        }

        await ClearAsync(TableKeys.Limits, TableKeys.BudgetOf(runId), cancellationToken);
        await RemoveAsync(TableKeys.Digests, TableKeys.AllDigests, runId, cancellationToken);
        await RemoveAsync(TableKeys.Findings, TableKeys.ReviewedRuns, runId, cancellationToken);
        await RemoveAsync(TableKeys.Runs, TableKeys.AllCounts, runId, cancellationToken);
        await runs.RemoveAsync(runId, cancellationToken);
        return new DeleteOutcome.Deleted(run);
    }

    private async Task ClearAsync(string table, string partition, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var row in entities.QueryAsync(new EntityQuery(table, partition), cancellationToken))
        {
            keys.Add(row.RowKey);
        }

        foreach (var batch in keys.Chunk(EntityBatches.MaxOperations))
        {
            var result = await entities.SubmitAsync(table, [.. batch.Select(key => EntityOperation.Delete(partition, key))], cancellationToken);
            if (!result.IsApplied)
            {
                // Somebody else deletes the same run: a row that is gone refuses its batch.
                foreach (var key in batch)
                {
                    await RemoveAsync(table, partition, key, cancellationToken);
                }
            }
        }
    }

    private Task<SubmitResult> RemoveAsync(string table, string partition, string row, CancellationToken cancellationToken) =>
        entities.SubmitAsync(table, EntityOperation.Delete(partition, row), cancellationToken);
}

using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Plans;

/// <summary>Which cells a run has behind its pilot, block by block. Written once: a restart must find the cells that it began.</summary>
public sealed class AllocationStore(IEntityStore entities)
{
    // A block is about 1,500 characters.
    private const int BlocksPerWrite = 100;

    public async Task<bool> ExistsAsync(string runId, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Allocations, runId, TableKeys.Head, cancellationToken) is not null;

    /// <summary>The head is written last: without it the blocks may not all be there, and are written again.</summary>
    public async Task SaveAsync(string runId, IEnumerable<CellAddress[]> blocks, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var chunk in blocks.Chunk(BlocksPerWrite))
        {
            var rows = chunk.Select(block => new Entity(runId, TableKeys.Number(count++)) { ["cells"] = AllocatedBlocks.Format(block) });
            await EntityBatches.UpsertAsync(entities, TableKeys.Allocations, [.. rows], cancellationToken);
        }

        await entities.SubmitAsync(
            TableKeys.Allocations, EntityOperation.Insert(new Entity(runId, TableKeys.Head) { ["blocks"] = count }), cancellationToken);
    }

    /// <summary>The cells of a block as <see cref="AllocatedBlocks.Parse"/> reads them.</summary>
    public async Task<string> GetAsync(string runId, long block, CancellationToken cancellationToken) =>
        await entities.FindAsync(TableKeys.Allocations, runId, TableKeys.Number((int)block), cancellationToken) is { } row
            ? row.GetString("cells")!
            : throw StorageException.Missing($"block {block} of the allocation of run '{runId}'");

    /// <summary>How many samples each item and variant was to get, by variant and item; null before they were allocated.</summary>
    public async Task<int[][]?> PlannedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.Sampling.Allocation is not { } allocation || !await ExistsAsync(run.RunId, cancellationToken))
        {
            return null;
        }

        int[][] planned = [.. run.Variants.Select(_ => Enumerable.Repeat(allocation.PilotSamples, run.Items).ToArray())];
        var query = new EntityQuery(TableKeys.Allocations, run.RunId, RowFrom: TableKeys.Number(0));
        await foreach (var row in entities.QueryAsync(query, cancellationToken))
        {
            foreach (var cell in AllocatedBlocks.Parse(row.GetString("cells")!))
            {
                planned[cell.Variant][cell.Item]++;
            }
        }

        return planned;
    }
}

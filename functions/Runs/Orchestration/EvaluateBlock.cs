using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Plans;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>A sub-orchestration that evaluates up to 100 cells, one activity each, and gives back only counts.</summary>
public static class EvaluateBlock
{
    public const string Name = "EvaluateBlock";

    [Function(Name)]
    public static async Task<BlockResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, BlockInput input)
    {
        var addresses = input.Block < input.Plan.MatrixBlocks ? input.Plan.CellsOf(input.Block) : await AllocatedCellsAsync(context, input);
        var cells = addresses.Select(address => context.CallActivityAsync<string>(
            EvaluateCell.Name, new CellInput(input.Plan.RunId, address.Item, address.Variant, address.Sample), Retries.OfCells));
        return BlockResult.Of(input.Block, await Task.WhenAll(cells.ToList()));
    }

    // Which cells these are is not arithmetic but stored; an orchestrator reads through activities.
    private static async Task<IEnumerable<CellAddress>> AllocatedCellsAsync(TaskOrchestrationContext context, BlockInput input) =>
        AllocatedBlocks.Parse(await context.CallActivityAsync<string>(
            ReadAllocation.Name, new AllocatedBlockInput(input.Plan.RunId, input.Block - input.Plan.MatrixBlocks), Retries.OfActivities));
}

/// <summary>Part of stored histories: add fields, never rename.</summary>
public sealed record BlockInput(RunPlan Plan, long Block);

/// <param name="Deferred">Cells that were not evaluated, or pairs that were not judged, because the run was paused, cancelled or stopped meanwhile.</param>
/// <param name="Cancelled">They never will be: the run was cancelled, or its budget is spent.</param>
public sealed record BlockResult(long Block, int Deferred, bool Cancelled)
{
    /// <param name="endings">Of its activities.</param>
    internal static BlockResult Of(long block, IReadOnlyList<string> endings) => new(
        block,
        endings.Count(ending => ending is EvaluateCell.Cancelled or EvaluateCell.Stopped or EvaluateCell.Paused),
        endings.Any(ending => ending is EvaluateCell.Cancelled or EvaluateCell.Stopped));
}

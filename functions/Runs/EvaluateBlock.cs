using FunctionsEval.Durable;

namespace FunctionsEval.Runs;

/// <summary>A sub-orchestration that evaluates up to 100 cells, one activity each, and gives back only counts.</summary>
internal static class EvaluateBlock
{
    public const string Name = "EvaluateBlock";

    public static async Task<BlockResult> RunAsync(OrchestrationContext context, BlockInput input)
    {
        var cells = input.Plan.CellsOf(input.Block).Select(address => context.CallActivityAsync<string>(
            EvaluateCell.Name, new CellInput(input.Plan.RunId, address.Item, address.Variant, address.Sample), Retries.OfCells));
        var endings = await Task.WhenAll(cells.ToList());
        var ended = endings.Any(ending => ending is EvaluateCell.Cancelled or EvaluateCell.Stopped);
        var deferred = endings.Count(ending => ending is EvaluateCell.Cancelled or EvaluateCell.Stopped or EvaluateCell.Paused);
        return new BlockResult(input.Block, deferred, ended);
    }
}

/// <summary>Part of stored histories: add fields, never rename.</summary>
internal sealed record BlockInput(RunPlan Plan, long Block);

/// <param name="Deferred">Cells that were not evaluated because the run was paused, cancelled or stopped meanwhile.</param>
/// <param name="Cancelled">They never will be: the run was cancelled, or its budget is spent.</param>
internal sealed record BlockResult(long Block, int Deferred, bool Cancelled);

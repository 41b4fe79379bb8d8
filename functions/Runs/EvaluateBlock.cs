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
        var cancelled = endings.Contains(EvaluateCell.Cancelled, StringComparer.Ordinal);
        var deferred = endings.Count(ending => ending is EvaluateCell.Cancelled or EvaluateCell.Paused);
        return new BlockResult(input.Block, deferred, cancelled);
    }
}

/// <summary>Part of stored histories: add fields, never rename.</summary>
internal sealed record BlockInput(RunPlan Plan, long Block);

/// <param name="Deferred">Cells that were not evaluated because the run was paused or cancelled meanwhile.</param>
internal sealed record BlockResult(long Block, int Deferred, bool Cancelled);

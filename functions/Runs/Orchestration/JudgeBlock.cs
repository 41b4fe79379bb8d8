using FunctionsEval.Runs.Activities;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace FunctionsEval.Runs.Orchestration;

/// <summary>A sub-orchestration that has up to 100 pairs of answers judged, one activity each, and gives back only counts. Its blocks follow those of the cells.</summary>
public static class JudgeBlock
{
    public const string Name = "JudgeBlock";

    [Function(Name)]
    public static async Task<BlockResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, BlockInput input)
    {
        var (start, end) = input.Plan.PairsOf(input.Block);
        var judgements = new List<Task<string>>((int)(end - start));
        for (var number = start; number < end; number++)
        {
            judgements.Add(context.CallActivityAsync<string>(JudgePair.Name, new PairInput(input.Plan.RunId, number), Retries.OfCells));
        }

        return BlockResult.Of(input.Block, await Task.WhenAll(judgements));
    }
}

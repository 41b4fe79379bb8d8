using FunctionsEval.Durable;
using FunctionsEval.Runs.Allocations;
using FunctionsEval.Runs.Analysis;

namespace FunctionsEval.Runs;

/// <summary>The orchestrators and activities of a run, under the names that histories hold.</summary>
internal static class RunTasks
{
    public static DurableTaskRegistry Register(
        PrepareRun prepare, EvaluateCell evaluate, InterimLook look, AllocateSamples allocate, ReadAllocation allocation, AnalyzeRun analyze, CompleteRun complete) =>
        new DurableTaskRegistry()
            .AddOrchestrator<RunInput, RunStatus>(RunOrchestration.Name, RunOrchestration.RunAsync)
            .AddOrchestrator<BlockInput, BlockResult>(EvaluateBlock.Name, EvaluateBlock.RunAsync)
            .AddActivity<string, RunPlan>(PrepareRun.Name, (_, runId, cancellationToken) => prepare.RunAsync(runId, cancellationToken))
            .AddActivity<CellInput, string>(EvaluateCell.Name, (_, cell, cancellationToken) => evaluate.RunAsync(cell, cancellationToken))
            .AddActivity<string, string?>(InterimLook.Name, (_, runId, cancellationToken) => look.RunAsync(runId, cancellationToken))
            .AddActivity<string, string?>(AllocateSamples.Name, async (_, runId, cancellationToken) =>
            {
                await allocate.RunAsync(runId, cancellationToken);
                return null;
            })
            .AddActivity<AllocatedBlockInput, string>(ReadAllocation.Name, (_, input, cancellationToken) => allocation.RunAsync(input, cancellationToken))
            .AddActivity<string, string?>(AnalyzeRun.Name, async (_, runId, cancellationToken) =>
            {
                // The analysis is in its table; histories hold only what orchestrators need.
                await analyze.RunAsync(runId, cancellationToken);
                return null;
            })
            .AddActivity<CompleteRunInput, RunStatus>(CompleteRun.Name, (_, input, cancellationToken) => complete.RunAsync(input, cancellationToken));
}

using FunctionsEval.Definitions;
using FunctionsEval.Runs.Orchestration;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Writes the run's items, a snapshot of the sampled scenarios, and marks the run as running. Harmless when repeated.</summary>
public sealed class PrepareRun(RunStore runs, DefinitionStore definitions, TimeProvider clock)
{
    public const string Name = "PrepareRun";

    [Function(Name)]
    public async Task<RunPlan> RunAsync([ActivityTrigger] string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        if (!run.IsTriage)
        {
            await AddScenariosAsync(run, cancellationToken);
        }

        await runs.ChangeAsync(
            runId,
            current => current.Status == RunStatus.Pending ? current with { Status = RunStatus.Running, Course = current.Course with { StartedAt = current.Course.StartedAt ?? clock.GetUtcNow() } } : null,
            cancellationToken);
        var matrixSamples = run.Sampling.Allocation?.PilotSamples ?? run.Sampling.SamplesPerScenario;
        var allocated = run.TotalCells - ((long)run.Items * run.Variants.Count * matrixSamples);
        return new RunPlan(runId, run.Items, run.Variants.Count, matrixSamples, run.Sampling.DispatchSeed, run.Stopping?.LookEvery ?? 0, allocated);
    }

    // Candidates were written with their run: content changes, definitions do not.
    private async Task AddScenariosAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var definition = await definitions.FindAsync(run.DefinitionId, cancellationToken)
            ?? throw new InvalidOperationException($"Definition '{run.DefinitionId}' of run '{run.RunId}' is not in the store.");
        var asked = definition with { SamplePercentage = run.Sampling.Percentage, SampleSeed = run.Sampling.Seed };
        await runs.AddItemsAsync(run.RunId, SampledItems.Of(run.DefinitionId, asked, run.Sampling.Percentages ?? [run.Sampling.Percentage]), cancellationToken);
    }
}

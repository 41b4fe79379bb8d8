using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Planning;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>
/// Shares out the samples behind the pilot, from the stored cells of the pilot alone; once, so that a replay or a restart goes on with the
/// same cells.
/// </summary>
public sealed class AllocateSamples(RunStore runs, CellLedger cells, AllocationStore allocations)
{
    public const string Name = "AllocateSamples";

    [Function(Name)]
    public async Task RunAsync([ActivityTrigger] string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        var allocation = run.Sampling.Allocation ?? throw new InvalidOperationException($"Run '{runId}' has no allocation.");
        if (await allocations.ExistsAsync(runId, cancellationToken))
        {
            return;
        }

        var metric = allocation.Metric is null ? 0 : run.Scorers.Select(scorer => scorer.Name).ToList().IndexOf(allocation.Metric);
        RunningMoments[][] pilots = [.. run.Variants.Select(_ => new RunningMoments[run.Items])];
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            if (cell.Address.Sample < allocation.PilotSamples && cell.Scores.ElementAtOrDefault(metric)?.Value is { } score)
            {
                pilots[cell.Address.Variant][cell.Address.Item].Add(score);
            }
        }

        var samples = CrossFittedAllocation.Of(pilots, allocation.PilotSamples, allocation.MeanSamples, run.Sampling.SamplesPerScenario, RandomOf(run));
        await allocations.SaveAsync(runId, AllocatedBlocks.Of(run, allocation.PilotSamples, samples), cancellationToken);
    }

    internal static Random RandomOf(RunRecord run) => new(unchecked((int)run.Sampling.DispatchSeed ^ (int)(run.Sampling.DispatchSeed >> 32)));
}

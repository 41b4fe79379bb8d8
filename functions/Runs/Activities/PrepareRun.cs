using System.Runtime.CompilerServices;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Conversations;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Runs.Rescoring;
using FunctionsEval.Storage;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Writes the run's items, a snapshot of the sampled scenarios, and marks the run as running. Harmless when repeated.</summary>
public sealed class PrepareRun(RunStore runs, DefinitionStore definitions, RunCatalog catalog, RetriedCells retried, ScoreAgain scoreAgain, TimeProvider clock)
{
    public const string Name = "PrepareRun";

    [Function(Name)]
    public async Task<RunPlan> RunAsync([ActivityTrigger] string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        if (run.IsRescored())
        {
            await MarkRunningAsync(runId, cancellationToken);
            return new RunPlan(runId, run.Items, run.Variants.Count, run.Sampling.SamplesPerScenario, run.Sampling.DispatchSeed, IsRescored: true);
        }

        if (!run.IsTriage)
        {
            await AddScenariosAsync(run, cancellationToken);
        }

        if (run.Course.Retry is { } retry)
        {
            await retried.SetAsideAsync(run, retry, cancellationToken);
            await AskJudgesAsync(run, retry, cancellationToken);
            catalog.Forget(runId);
        }

        var pairs = new PairPlan(run);
        if (run.Course.Extension > 0)
        {
            // Whatever the run goes on for, judges that could not be called are asked again.
            foreach (var set in pairs.Sets.DistinctBy(set => set.Id))
            {
                await retried.SetFailedAsideAsync(set.AsRun(run), before: null, cancellationToken);
            }

            catalog.Forget(runId);
        }

        await MarkRunningAsync(runId, cancellationToken);
        var matrixSamples = run.Sampling.Allocation?.PilotSamples ?? run.Sampling.SamplesPerScenario;
        var allocated = run.TotalCells - ((long)run.Items * run.Variants.Count * matrixSamples);
        return new RunPlan(runId, run.Items, run.Variants.Count, matrixSamples, run.Sampling.DispatchSeed, run.Stopping?.LookEvery ?? 0, allocated, JudgedPairs: pairs.Count);
    }

    private Task<RunRecord?> MarkRunningAsync(string runId, CancellationToken cancellationToken) => runs.ChangeAsync(
        runId,
        current => current.Status == RunStatus.Pending ? current with { Status = RunStatus.Running, Course = current.Course with { StartedAt = current.Course.StartedAt ?? clock.GetUtcNow() } } : null,
        cancellationToken);

    // A wall that judges meet leaves their scores as they are: the cells that are to be called meet it too, or another retry asks again.
    private async Task AskJudgesAsync(RunRecord run, RunRetry retry, CancellationToken cancellationToken)
    {
        if (run.Scorers.Any(spec => spec.Judge is not null))
        {
            var again = new ScoreAgainOptions(failed => failed.Extension < retry.Number, cell => retry.TakesJudges(run, cell), await catalog.BudgetAsync(run));
            if (await scoreAgain.RunAsync(run, run.Scorers, again, cancellationToken) is { } wall)
            {
                await runs.ChangeAsync(run.RunId, current => current with { Course = current.Course with { Reason = wall.Message } }, cancellationToken);
            }
        }
    }

    // Candidates were written with their run: content changes, definitions do not.
    private async Task AddScenariosAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var definition = await definitions.FindHeadAsync(run.DefinitionId, cancellationToken)
            ?? throw StorageException.Missing($"definition '{run.DefinitionId}' of run '{run.RunId}'");
        await runs.AddItemsAsync(run.RunId, SampledAsync(run, definition, cancellationToken), cancellationToken);
    }

    /// <summary>There may be too many scenarios to have all in memory: where a share of them is taken, their ids are read first.</summary>
    private async IAsyncEnumerable<(int Item, string Json)> SampledAsync(RunRecord run, DefinitionHead definition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<int> percentages = run.Sampling.Percentages ?? [run.Sampling.Percentage];
        var itemOf = percentages is [100] ? null : await ItemsByIndexAsync(run, definition, percentages, cancellationToken);
        var index = 0;
        await foreach (var json in definitions.ScenariosAsync(definition, cancellationToken))
        {
            if (itemOf is null)
            {
                yield return (index, json);
            }
            else if (itemOf.TryGetValue(index, out var item))
            {
                yield return (item, json);
            }

            index++;
        }
    }

    private async Task<Dictionary<int, int>> ItemsByIndexAsync(RunRecord run, DefinitionHead definition, IReadOnlyList<int> percentages, CancellationToken cancellationToken)
    {
        var ids = await definitions.ScenariosAsync(definition, cancellationToken).Select(json => ScenarioJson.Read(json).Id).ToListAsync(cancellationToken);
        return SampledItems.Indexes(run.Sampling.Seed, run.DefinitionId, ids, percentages).Index().ToDictionary(entry => entry.Item, entry => entry.Index);
    }
}

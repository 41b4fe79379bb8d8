using FunctionsEval.Models;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;

namespace FunctionsEval.Runs.Pairs;

/// <summary>Asks the judges of pairs of a run that nobody works on for what is missing; judgements that failed are asked for once more.</summary>
public sealed class JudgePairsAgain(RunStore runs, JudgePairs judging, RetriedCells retried, ProviderCatalogs catalogs, PriceTable prices)
{
    /// <summary>Pairs in hand; how many calls are made at once is the business of each model's gate.</summary>
    private const int PairsAtOnce = 128;

    /// <param name="run">With the pairwise scorers that it is to have.</param>
    /// <param name="budget">What judges may cost; null is no limit.</param>
    /// <returns>Null at the end; else why it stopped before.</returns>
    internal async Task<string?> RunAsync(RunRecord run, RunBudget? budget, string? baseUrl, Action<long, long>? report, CancellationToken cancellationToken)
    {
        var plan = new PairPlan(run);
        if (plan.Count == 0)
        {
            return null;
        }

        // Before the first call, so that what it costs is counted whatever comes.
        await runs.ChangeAsync(run.RunId, current => current with { PairSets = run.PairSets }, cancellationToken);
        foreach (var set in plan.Sets.DistinctBy(set => set.Id))
        {
            await retried.SetFailedAsideAsync(set.AsRun(run), cancellationToken);
        }

        var items = await runs.ItemsAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken);
        var judges = new JudgeModels(run.PairScorers(), catalogs.For(baseUrl ?? run.Calls.BaseUrl), prices);
        string? stopped = null;
        var done = 0L;

        // Those that wait for their place when another has met a wall stay at home.
        var context = new PairContext(run, judges, budget, _ => stopped is null ? ValueTask.CompletedTask : throw new RunNotActiveException(RunStatus.Paused));
        await Parallel.ForAsync(0, plan.Count, new ParallelOptions { MaxDegreeOfParallelism = PairsAtOnce, CancellationToken = cancellationToken }, async (number, token) =>
        {
            if (stopped is not null)
            {
                return;
            }

            try
            {
                var work = plan[number];
                if (await judging.MissingAsync(work, token) is { Count: > 0 } orders)
                {
                    await judging.JudgeAsync(context, work, orders, () => Task.FromResult(items[work.Item]), token);
                }
            }
            catch (RunInterruptedException wall)
            {
                Interlocked.CompareExchange(ref stopped, wall.Message, null);
                return;
            }

            report?.Invoke(Interlocked.Increment(ref done), plan.Count);
        });
        return stopped;
    }
}

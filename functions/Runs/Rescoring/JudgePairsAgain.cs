using FunctionsEval.Models;
using FunctionsEval.Providers.Prices;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Judging;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Rescoring;

/// <summary>Asks the judges of pairs of a run that nobody works on for what is missing; judgements that failed are asked for once more.</summary>
public sealed class JudgePairsAgain(RunStore runs, JudgePairs judging, RetriedCells retried, ProviderCatalogs catalogs, PriceTable prices)
{
    /// <summary>Pairs in hand; how many calls are made at once is the business of each model's gate.</summary>
    private const int PairsAtOnce = 128;

    /// <param name="run">With the pairwise scorers that it is to have.</param>
    /// <returns>Null at the end; else why it stopped before.</returns>
    internal async Task<RunInterruptedException?> RunAsync(RunRecord run, ScoreAgainOptions options, CancellationToken cancellationToken)
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
            await retried.SetFailedAsideAsync(set.AsRun(run), options.FailedBefore, cancellationToken);
        }

        var items = await runs.ItemsAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken);
        var judges = new JudgeModels(run.PairScorers(), catalogs.For(options.BaseUrl ?? run.Calls.BaseUrl), prices);
        RunInterruptedException? stopped = null;
        var done = 0L;

        // Those that wait for their place when another has met a wall stay at home.
        var context = new PairContext(
            run, judges, options.Budget, wanted => stopped is not null ? throw new RunNotActiveException(RunStatus.Paused) : options.BeforeFirst?.Invoke(wanted) ?? ValueTask.CompletedTask);
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
                Interlocked.CompareExchange(ref stopped, wall, null);
                return;
            }

            options.Report?.Invoke(Interlocked.Increment(ref done), plan.Count);
        });
        return stopped;
    }
}

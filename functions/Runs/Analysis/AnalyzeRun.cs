using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Statistics;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Streams the cells of a run through the statistics and stores the result. May be repeated at any time.</summary>
public sealed class AnalyzeRun(RunStore runs, CellLedger cells, AnalysisStore analyses, TimeProvider clock)
{
    public const string Name = "AnalyzeRun";

    public async Task<RunAnalysis> RunAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        var analysis = await AnalyzeAsync(run, cancellationToken);
        await analyses.SaveAsync(analysis, cancellationToken);
        return analysis;
    }

    private async Task<RunAnalysis> AnalyzeAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var scorers = run.Scorers.Select(Scorers.Create).ToList();

        // Without a scorer there is still a matrix: which cells failed is worth knowing.
        var perScorer = scorers.Select(scorer => new MultiSampleAnalysis(run.Items, run.Variants.Count, run.SamplesPerScenario, scorer.Scale))
            .DefaultIfEmpty(new MultiSampleAnalysis(run.Items, run.Variants.Count, run.SamplesPerScenario, scale: null))
            .ToList();
        var items = new List<Scenario>(run.Items);
        await foreach (var item in runs.ItemsAsync(run.RunId, cancellationToken))
        {
            items.Add(item);
        }

        var counts = new long[Enum.GetValues<CellOutcome>().Length];
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            counts[(int)cell.Outcome]++;
            for (var index = 0; index < perScorer.Count; index++)
            {
                Add(perScorer[index], cell, cell.Scores.ElementAtOrDefault(index), cell.Calls > TurnsOf(run, items[cell.Address.Item]));
            }
        }

        var facts = new RunFacts(
            run.Items,
            run.SamplesPerScenario,
            run.Config.Temperature,
            run.Scorers.Count,
            run.TotalCells,
            counts[(int)CellOutcome.Scored],
            counts[(int)CellOutcome.Invalid],
            counts[(int)CellOutcome.Failed]);
        return new AnalysisView(run, items).Of(scorers, perScorer, AnalysisWarnings.Of(facts), clock.GetUtcNow());
    }

    private static int TurnsOf(RunRecord run, Scenario item) => Math.Min(1 + item.FollowUps.Count, run.Config.MaxTurns);

    private static void Add(MultiSampleAnalysis analysis, CellRecord cell, NamedScore? score, bool wasRetried)
    {
        var (item, variant, _) = cell.Address;
        if (cell.Outcome == CellOutcome.Failed)
        {
            analysis.AddFailed(item, variant);
        }
        else if (score is { Value: { } value })
        {
            analysis.AddScore(item, variant, value, wasRetried);
        }
        else if (score is not null)
        {
            analysis.AddInvalid(item, variant);
        }
    }
}

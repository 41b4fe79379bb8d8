using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsEval.Runs.Activities;

/// <summary>Streams the cells of a run through the statistics and stores the result. May be repeated at any time.</summary>
public sealed class AnalyzeRun(
    RunStore runs, CellLedger cells, PairLedger pairs, AllocationStore allocations, AnalysisStore analyses, LabelStore labels, TimeProvider clock)
{
    public const string Name = "AnalyzeRun";

    /// <summary>The analysis is in its table: histories hold only what orchestrators need.</summary>
    [Function(Name)]
    public Task RunAsync([ActivityTrigger] string runId, CancellationToken cancellationToken) => AnalyzeAsync(runId, cancellationToken);

    public async Task<RunAnalysis> AnalyzeAsync(string runId, CancellationToken cancellationToken)
    {
        var analysis = await ComputeAsync(runId, cancellationToken);
        await analyses.SaveAsync(analysis, cancellationToken);
        return analysis;
    }

    /// <summary>The same without keeping it.</summary>
    public async Task<RunAnalysis> ComputeAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(runId, cancellationToken);
        var labelled = new LabelledCells(await labels.AllAsync(runId, cancellationToken).ToListAsync(cancellationToken));
        var answered = new AnsweredCells(run);
        var adapted = new AdaptedRequests(run);
        var scores = await RunScores.ReadAsync(runs, cells, run, See, cancellationToken) with { Planned = await allocations.PlannedAsync(run, cancellationToken) };
        var facts = new RunFacts(
            run.Items,
            run.Sampling.SamplesPerScenario,
            run.Calls.Config.Temperature,
            run.Scorers.Count,
            PlannedCells(scores),
            scores.Outcomes[CellOutcome.Scored],
            scores.Outcomes[CellOutcome.Invalid] + scores.Outcomes[CellOutcome.Refused] + scores.Outcomes[CellOutcome.Truncated],
            scores.Outcomes[CellOutcome.Failed],
            VerdictRules.MetricsOfOneMargin(run, scores.Scorers),
            scores.Items.Count(item => item.Weight is not (null or 1)))
        {
            Judges = [.. run.Scorers.Index().Where(scorer => scorer.Item.Judge is not null).Select(scorer => scores.Judges[scorer.Index]!.Facts())],
        };
        var analysis = new AnalysisView(run, scores.Items).Of(scores, labelled, [.. AnalysisWarnings.Of(facts), .. adapted.Warnings()], clock.GetUtcNow());
        return run.Pairwise is null ? analysis : analysis with
        {
            Pairwise = await new AnalyzePairs(scores, answered).OfAsync(pairs, cancellationToken),
            Warnings = [.. analysis.Warnings.Where(warning => warning.Code != AnalysisWarnings.NoScorer)],
        };

        void See(CellRecord cell)
        {
            labelled.See(cell);
            answered.Add(cell);
            adapted.See(cell);
        }
    }

    // What an early stop left out is not missing.
    private static long PlannedCells(RunScores scores) => scores.Run.Stopping is null
        ? scores.Run.TotalCells
        : (long)scores.EvaluatedItems.Count * scores.Run.Variants.Count * scores.Run.Sampling.SamplesPerScenario;
}

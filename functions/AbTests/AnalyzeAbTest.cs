using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.AbTests;

/// <summary>Adds to the analysis of the run what an A/B test is also judged by: latency, tokens, cost, and how often an answer was no answer.</summary>
public sealed class AnalyzeAbTest(AnalysisStore analyses, CellLedger cells)
{
    /// <summary>Null while the run has no analysis.</summary>
    public async Task<AbTestAnalysis?> RunAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (await analyses.FindAsync(run.RunId, cancellationToken) is not { } analysis)
        {
            return null;
        }

        var latencies = run.Variants.Select(_ => new List<long>()).ToList();
        await foreach (var cell in cells.AllAsync(run, cancellationToken))
        {
            if (cell.Outcome != CellOutcome.Failed)
            {
                latencies[cell.Address.Variant].Add((long)(cell.CompletedAt - cell.StartedAt).TotalMilliseconds);
            }
        }

        var counts = await cells.CountAsync(run, cancellationToken);
        return new AbTestAnalysis(
            run.RunId,
            analysis.ComputedAt,
            [.. run.Variants.Select((_, index) => SummaryOf(run, index, analysis, counts[index], latencies[index]))],
            analysis.Comparisons);
    }

    private static AbTestVariantSummary SummaryOf(RunRecord run, int index, RunAnalysis analysis, CellCounts counts, List<long> latencies)
    {
        latencies.Sort();
        var variant = run.Variants[index];
        return new AbTestVariantSummary(
            variant.Name,
            variant.Model,
            Estimate.Of(analysis.PerModel.ElementAtOrDefault(index)),
            Flag(analysis, TriageScorers.IsRelevant, index),
            Flag(analysis, TriageScorers.IsNovel, index),
            Flag(analysis, TriageScorers.ShouldDeepSummarize, index),
            counts.Finished,
            Share(counts.Answered - counts.Scored, counts.Finished),
            Share(counts.Failed, counts.Finished),
            Quantile(latencies, 0.5),
            Quantile(latencies, 0.95),
            counts.InputTokens,
            counts.OutputTokens,
            counts.Unpriced > 0 ? null : Money.FromNanos(counts.CostNanos));
    }

    private static Estimate Flag(RunAnalysis analysis, string scorer, int index) =>
        Estimate.Of(analysis.OtherScorers.FirstOrDefault(other => other.Scorer == scorer)?.PerModel.ElementAtOrDefault(index));

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    /// <summary>The smallest value that at least this share is not above.</summary>
    private static long? Quantile(List<long> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}

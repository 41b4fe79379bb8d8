using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Statistics.Samples;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

internal static class ScoreBounds
{
    /// <summary>What the effect of a pair could be had the missing cells been scored; null when none is missing or the scale is unknown.</summary>
    public static EffectBounds? Of(RunScores scores, IScorer scorer, MultiSampleAnalysis analysis, (int Variant, int Control) pair)
    {
        if (scorer.Scale is not { } scale)
        {
            return null;
        }

        var (first, second) = (analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control));
        return scores.Planned is { } planned
            ? MissingScores.Bounds(first, second, planned[pair.Variant], planned[pair.Control], scale)
            : scores.Run.Stopping is null
            ? MissingScores.Bounds(first, second, scores.Run.Sampling.MeanSamples, scale)
            : MissingScores.Bounds(
                [.. scores.EvaluatedItems.Select(item => first[item])], [.. scores.EvaluatedItems.Select(item => second[item])], scores.Run.Sampling.SamplesPerScenario, scale);
    }
}

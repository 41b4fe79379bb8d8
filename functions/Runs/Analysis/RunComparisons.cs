using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>The verdicts of a run: every pair of variants that its comparison names, by every metric.</summary>
internal sealed class RunComparisons(RunRecord run, IReadOnlyList<Scenario> items)
{
    private const int RetryDraws = 1_999;

    private readonly CompareSpec _compare = run.Compare ?? new CompareSpec();
    private readonly int[] _clusters = ScenarioClusters.Of(items);

    public IReadOnlyList<VariantComparison> Of(IReadOnlyList<IScorer> scorers, IReadOnlyList<MultiSampleAnalysis> perScorer) =>
    [
        .. scorers.Zip(perScorer).Where(pair => _compare.Metrics?.Contains(pair.First.Name) ?? true).SelectMany(pair => ByMetric(pair.First, pair.Second)),
    ];

    private IEnumerable<VariantComparison> ByMetric(IScorer scorer, MultiSampleAnalysis analysis)
    {
        var pairs = ComparedPairs.Of(run.Variants.Count, ComparedPairs.ControlOf(run, _compare), _compare.Pairs);
        var options = VerdictRules.Of(_compare);
        var evidence = pairs.Select((pair, index) =>
            DifferenceTest.Of(ScoresOf(analysis, scorer, pair), options, VerdictRules.RandomOf(run, scorer.Name, index))).ToList();
        return Decisions.Of(evidence, options).Zip(pairs, (decision, pair) => View(scorer, analysis, pair, decision));
    }

    private PairedScores ScoresOf(MultiSampleAnalysis analysis, IScorer scorer, (int Variant, int Control) pair) => PairedScores.Of(
        analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control), _clusters, analysis.IsPassOrFail, scorer.Scale);

    private VariantComparison View(IScorer scorer, MultiSampleAnalysis analysis, (int Variant, int Control) pair, Decision decision)
    {
        var evidence = decision.Evidence;
        return new VariantComparison(
            scorer.Name,
            run.Variants[pair.Variant].Name,
            run.Variants[pair.Control].Name,
            EvalJson.Name(VerdictRules.Directed(decision.Verdict, _compare)),
            evidence.Effect,
            evidence.Interval,
            evidence.PValue,
            decision.AdjustedPValue,
            decision.AdjustedEquivalencePValue,
            _compare.Margin,
            evidence.Method,
            evidence.Items,
            evidence.Clusters,
            scorer.Scale is { } scale
                ? MissingScores.Bounds(analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control), run.SamplesPerScenario, scale)
                : null,
            RetryShiftOf(analysis, pair, scorer.Name),
            decision.Reason);
    }

    private RetryShift? RetryShiftOf(MultiSampleAnalysis analysis, (int Variant, int Control) pair, string metric)
    {
        if (!analysis.HasRetried)
        {
            return null;
        }

        int[] own = [.. Enumerable.Range(0, run.Items)];
        return RetryShiftTest.Of(
            [.. analysis.ScoresOf(pair.Variant), .. analysis.ScoresOf(pair.Control)],
            [.. analysis.RetriedOf(pair.Variant), .. analysis.RetriedOf(pair.Control)],
            [.. own, .. own],
            RetryDraws,
            VerdictRules.RandomOf(run, metric, 0));
    }
}

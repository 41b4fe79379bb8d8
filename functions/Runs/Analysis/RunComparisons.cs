using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>The verdicts of a run: every pair of variants that its comparison names, by every metric.</summary>
internal sealed class RunComparisons(RunScores scores)
{
    private const int RetryDraws = 1_999;

    private readonly RunRecord _run = scores.Run;
    private readonly CompareSpec _compare = scores.Run.Compare ?? new CompareSpec();
    private readonly int[] _clusters = ScenarioClusters.Of(scores.Items);
    private readonly SequentialComparisons? _sequential = scores.Run.Stopping is null || scores.Scorers.Count == 0 ? null : new SequentialComparisons(scores);

    public IReadOnlyList<VariantComparison> All() =>
    [
        .. scores.Scorers.Zip(scores.PerScorer).Where(pair => _compare.Metrics?.Contains(pair.First.Name) ?? true).SelectMany(pair => ByMetric(pair.First, pair.Second)),
    ];

    private IEnumerable<VariantComparison> ByMetric(IScorer scorer, MultiSampleAnalysis analysis)
    {
        var pairs = ComparedPairs.Of(_run.Variants.Count, ComparedPairs.ControlOf(_run, _compare), _compare.Pairs);
        if (_sequential is not null)
        {
            return _sequential.DecisionsOf(scorer.Name).Zip(pairs, (decision, pair) => View(scorer, analysis, pair, decision));
        }

        var options = VerdictRules.Of(_compare, scorer.Name);
        var evidence = pairs.Select((pair, index) =>
            DifferenceTest.Of(ScoresOf(analysis, scorer, pair), options, VerdictRules.RandomOf(_run, scorer.Name, index))).ToList();
        return Decisions.Of(evidence, options).Zip(pairs, (decision, pair) => View(scorer, analysis, pair, decision));
    }

    private PairedScores ScoresOf(MultiSampleAnalysis analysis, IScorer scorer, (int Variant, int Control) pair) => PairedScores.Of(
        analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control), _clusters, analysis.IsPassOrFail, scorer.Scale);

    private VariantComparison View(IScorer scorer, MultiSampleAnalysis analysis, (int Variant, int Control) pair, Decision decision)
    {
        var evidence = decision.Evidence;
        return new VariantComparison(
            scorer.Name,
            _run.Variants[pair.Variant].Name,
            _run.Variants[pair.Control].Name,
            EvalJson.Name(VerdictRules.Directed(decision.Verdict, _compare)),
            evidence.Effect,
            evidence.Interval,
            evidence.PValue,
            decision.AdjustedPValue,
            decision.AdjustedEquivalencePValue,
            _sequential is null ? _compare.MarginOf(scorer.Name) : _sequential.OptionsOf(scorer.Name).Margin,
            evidence.Method,
            evidence.Items,
            evidence.Clusters,
            scorer.Scale is { } scale ? Bounds(analysis, pair, scale) : null,
            RetryShiftOf(analysis, pair, scorer.Name),
            decision.Reason);
    }

    private EffectBounds? Bounds(MultiSampleAnalysis analysis, (int Variant, int Control) pair, (double Min, double Max) scale)
    {
        var (first, second) = (analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control));
        return scores.Planned is { } planned
            ? MissingScores.Bounds(first, second, planned[pair.Variant], planned[pair.Control], scale)
            : _sequential is null
            ? MissingScores.Bounds(first, second, _run.MeanSamples, scale)
            : MissingScores.Bounds(
                [.. scores.EvaluatedItems.Select(item => first[item])], [.. scores.EvaluatedItems.Select(item => second[item])], _run.SamplesPerScenario, scale);
    }

    private RetryShift? RetryShiftOf(MultiSampleAnalysis analysis, (int Variant, int Control) pair, string metric)
    {
        if (!analysis.HasRetried)
        {
            return null;
        }

        int[] own = [.. Enumerable.Range(0, _run.Items)];
        return RetryShiftTest.Of(
            [.. analysis.ScoresOf(pair.Variant), .. analysis.ScoresOf(pair.Control)],
            [.. analysis.RetriedOf(pair.Variant), .. analysis.RetriedOf(pair.Control)],
            [.. own, .. own],
            RetryDraws,
            VerdictRules.RandomOf(_run, metric, 0));
    }
}

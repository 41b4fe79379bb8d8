using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Samples;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>The verdicts of a run: every pair of variants that its comparison names, by every metric.</summary>
internal sealed class RunComparisons(RunScores scores)
{
    private readonly RunRecord _run = scores.Run;
    private readonly CompareSpec _compare = scores.Run.Compare ?? new CompareSpec();
    private readonly int[] _clusters = ScenarioClusters.Of(scores.Items);
    private readonly SequentialComparisons? _sequential = scores.Run.Stopping is null || scores.Scorers.Count == 0 ? null : new SequentialComparisons(scores);

    public IReadOnlyList<VariantComparison> All() =>
    [
        .. scores.Scorers.Index().Where(scorer => _compare.Metrics?.Contains(scorer.Item.Name) ?? true).SelectMany(scorer => ByMetric(scorer.Index, scorer.Item)),
    ];

    private IEnumerable<VariantComparison> ByMetric(int index, IScorer scorer)
    {
        var analysis = scores.PerScorer[index];
        var pairs = ComparedPairs.Of(_run.Variants.Count, ComparedPairs.ControlOf(_run, _compare), _compare.Pairs);
        if (_sequential is not null)
        {
            return _sequential.DecisionsOf(scorer.Name).Zip(pairs, (decision, pair) => View(scorer, analysis, pair, decision, _sequential.DesignOf(scorer.Name)));
        }

        var design = VerdictRules.DesignOf(scores, index, _compare);
        var evidence = pairs.Select((pair, place) => new Evidence(
            Comparison.Of(SamplesOf(analysis, pair), design, VerdictRules.RandomOf(_run, scorer.Name, place)),
            ScoreBounds.Of(scores, scorer, analysis, pair))).ToList();
        return Decisions.Of(evidence, design, VerdictRules.CorrectionOf(_compare)).Zip(pairs, (decision, pair) => View(scorer, analysis, pair, decision, design));
    }

    // Cells of the plan are still to come; what an early stop left out is not.
    private bool IsPartial => _run.Stopping is null && scores.Outcomes.Values.Sum() < _run.TotalCells;

    private PairedSamples SamplesOf(MultiSampleAnalysis analysis, (int Variant, int Control) pair) => PairedSamples.Of(
        analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control), _clusters);

    private VariantComparison View(IScorer scorer, MultiSampleAnalysis analysis, (int Variant, int Control) pair, Decision decision, ComparisonDesign design)
    {
        var evidence = decision.Comparison;
        var (variant, control) = (_run.Variants[pair.Variant].Name, _run.Variants[pair.Control].Name);
        var sentence = new ComparisonSentence(variant, control, design.Scale, design, _compare.Better != "lower", IsPartial);
        return new VariantComparison(
            scorer.Name,
            variant,
            control,
            JsonRules.Name(VerdictRules.Directed(decision.Verdict, _compare)),
            evidence.Effect,
            evidence.Interval,
            evidence.PValue,
            decision.AdjustedPValue,
            decision.AdjustedEquivalencePValue,
            design.Margin,
            evidence.Method,
            evidence.Items,
            evidence.Units,
            ScoreBounds.Of(scores, scorer, analysis, pair),
            RetryShiftOf(analysis, pair),
            decision.Reason,
            sentence.Of(decision),
            evidence.Assumption,
            evidence.Warnings,
            evidence.OnTheseItems,
            evidence.StandardizedEffect,
            evidence.CliffsDelta,
            evidence.OnTheseItems is { } onTheseItems ? sentence.Of(onTheseItems) : null);
    }

    private RetryShift? RetryShiftOf(MultiSampleAnalysis analysis, (int Variant, int Control) pair)
    {
        if (!analysis.HasRetried)
        {
            return null;
        }

        int[] own = [.. Enumerable.Range(0, _run.Items)];
        return RetryShiftTest.Of(
            [.. analysis.ScoresOf(pair.Variant), .. analysis.ScoresOf(pair.Control)],
            [.. analysis.RetriedOf(pair.Variant), .. analysis.RetriedOf(pair.Control)],
            [.. own, .. own]);
    }
}

using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Gates;

/// <summary>
/// Each variant by each metric. It passes when its interval excludes a loss of the margin or more: no adjustment is needed, for all
/// checks have to. A loss is claimed by p-values adjusted over all checks, for any one of them fails the gate.
/// </summary>
internal sealed class GateChecks(
    RunScores scores, RunScores baseline, IReadOnlyList<(int Item, int Baseline)> items, IReadOnlyDictionary<string, double> margins, double confidence)
{
    private readonly CompareSpec _compare = scores.Run.Compare ?? new CompareSpec();
    private readonly int[] _clusters = ScenarioClusters.Of([.. items.Select(pair => scores.Items[pair.Item])]);

    public IReadOnlyList<GateCheck> Of(IReadOnlyList<string> metrics, IReadOnlyList<(int Variant, int Baseline)> variants)
    {
        var pairs = metrics.SelectMany(metric => variants.Select(pair => (Metric: metric, pair.Variant, pair.Baseline))).ToList();
        var evidence = pairs.Select((pair, index) => new Evidence(Comparison.Of(
            SamplesOf(pair.Metric, pair.Variant, pair.Baseline), DesignOf(pair.Metric), VerdictRules.RandomOf(scores.Run, pair.Metric, index)))).ToList();
        return
        [
            .. Decisions.Of(evidence, new ComparisonDesign(ScoreScale.Unbounded, Confidence: confidence), Correction.Holm)
                .Zip(pairs, (decision, pair) => Check(pair.Metric, pair.Variant, pair.Baseline, decision)),
        ];
    }

    private PairedSamples SamplesOf(string metric, int variant, int other)
    {
        var (first, second) = (scores.PerScorer[Find(scores, metric)].ScoresOf(variant), baseline.PerScorer[Find(baseline, metric)].ScoresOf(other));
        return PairedSamples.Of(items.Select(pair => first[pair.Item]).ToArray(), items.Select(pair => second[pair.Baseline]).ToArray(), _clusters);
    }

    private ComparisonDesign DesignOf(string metric)
    {
        var index = Find(scores, metric);
        return new ComparisonDesign(
            VerdictRules.ScaleOf(scores.Run.Scorers[index], scores.Scorers[index]),
            Math.Max(scores.Run.Sampling.MeanSamples, baseline.Run.Sampling.MeanSamples),
            _clusters.Length > 0,
            margins[metric],
            confidence);
    }

    private static int Find(RunScores of, string metric) => of.Scorers.Select(scorer => scorer.Name).ToList().IndexOf(metric);

    private GateCheck Check(string metric, int variant, int other, Decision decision)
    {
        var (evidence, margin) = (decision.Comparison, margins[metric]);
        var isLoss = VerdictRules.Directed(Sign(decision), _compare) == Verdict.Worse;
        var keeps = evidence.Interval is { } interval && (_compare.Better == "lower" ? interval.Upper < margin : interval.Lower > -margin);
        var (outcome, reason) = (keeps, isLoss) switch
        {
            (true, _) => (GateOutcome.Pass, Text($"A loss of {margin} or more is excluded.")),
            (false, true) => (GateOutcome.Regress, Text($"Worse beyond chance, and a loss of {margin} or more is not excluded.")),
            _ => (GateOutcome.Inconclusive, evidence.Limit ?? Text($"Neither a loss nor its absence is shown: a loss of {margin} or more is not excluded.")),
        };
        return new GateCheck(
            metric,
            scores.Run.Variants[variant].Name,
            baseline.Run.Variants[other].Name,
            outcome,
            margin,
            evidence.Effect,
            evidence.Interval,
            evidence.PValue,
            decision.AdjustedPValue,
            evidence.Items,
            evidence.Method,
            reason);
    }

    private Verdict Sign(Decision decision) =>
        !(decision.AdjustedPValue <= 1 - confidence) ? Verdict.Inconclusive
        : decision.Comparison.Effect > 0 ? Verdict.Better : Verdict.Worse;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

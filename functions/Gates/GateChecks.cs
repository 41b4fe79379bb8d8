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
    RunScores scores, GateSide own, GateSide baseline, IReadOnlyList<(int Item, int Baseline)> items, IReadOnlyDictionary<string, double> margins, double confidence)
{
    private readonly CompareSpec _compare = scores.Run.Compare ?? new CompareSpec();
    private readonly int[] _clusters = ScenarioClusters.Of([.. items.Select(pair => scores.Items[pair.Item])]);

    public IReadOnlyList<GateCheck> Of(IReadOnlyList<string> metrics, IReadOnlyList<(int Variant, int Baseline)> variants, IReadOnlyList<GatePreference> preferences)
    {
        List<GatePair> pairs =
        [
            .. metrics.SelectMany(metric => variants.Select(pair => new GatePair(metric, pair.Variant, pair.Baseline))),
            .. preferences.Select(preference => new GatePair(preference.Metric, preference.Variant, preference.Baseline, preference)),
        ];
        var evidence = pairs.Select((pair, index) => new Evidence(
            pair.Preference?.Comparison ?? Comparison.Of(SamplesOf(pair), DesignOf(pair.Metric), VerdictRules.RandomOf(scores.Run, pair.Metric, index)))).ToList();
        return
        [
            .. Decisions.Of(evidence, new ComparisonDesign(ScoreScale.Unbounded, Confidence: confidence), Correction.Holm)
                .Zip(pairs, (decision, pair) => Check(pair, decision)),
        ];
    }

    private PairedSamples SamplesOf(GatePair pair)
    {
        var (first, second) = (own.Scores[pair.Metric][pair.Variant], baseline.Scores[pair.Metric][pair.Baseline]);
        return PairedSamples.Of(items.Select(item => first[item.Item]).ToArray(), items.Select(item => second[item.Baseline]).ToArray(), _clusters);
    }

    private ComparisonDesign DesignOf(string metric)
    {
        var index = scores.Scorers.Select(scorer => scorer.Name).ToList().IndexOf(metric);
        return new ComparisonDesign(
            VerdictRules.ScaleOf(scores.Run.Scorers[index], scores.Scorers[index]), Math.Max(own.Samples, baseline.Samples), _clusters.Length > 0, margins[metric], confidence);
    }

    private GateCheck Check(GatePair pair, Decision decision)
    {
        var (evidence, margin) = (decision.Comparison, margins[pair.Metric]);
        var (variant, other) = (own.Variants[pair.Variant], baseline.Variants[pair.Baseline]);
        var isLowerBetter = pair.Preference is null && _compare.Better == "lower";
        var isLoss = Sign(decision) == (isLowerBetter ? Verdict.Better : Verdict.Worse);
        var (outcome, reason) = evidence switch
        {
            { Interval: { } interval } when (isLowerBetter ? interval.Upper < margin : interval.Lower > -margin) =>
                (GateOutcome.Pass, Text($"A loss of {margin} or more is excluded.")),
            { Interval: null, Effect: { } effect, Units: >= 2 } => OfConstant(effect, margin),
            _ when isLoss => (GateOutcome.Regress, Text($"Worse beyond chance, and a loss of {margin} or more is not excluded.")),
            _ => (GateOutcome.Inconclusive, evidence.Limit ?? Text($"Neither a loss nor its absence is shown: a loss of {margin} or more is not excluded.")),
        };
        return new GateCheck(
            pair.Metric, variant, other, outcome, margin, evidence.Effect, evidence.Interval, evidence.PValue, decision.AdjustedPValue, evidence.Items, evidence.Method, reason,
            pair.Preference?.Found.Summary ?? Sentence(pair, decision, outcome), evidence.Assumption);
    }

    // The same difference in every scenario, on a scale without ends: there is no spread to judge by, and nothing that chance could have made.
    private (GateOutcome Outcome, string Reason) OfConstant(double effect, double margin) => (_compare.Better == "lower" ? effect : -effect) < margin
        ? (GateOutcome.Pass, Text($"Every scenario differs by {effect:0.####}, which is no loss of {margin} or more."))
        : (GateOutcome.Regress, Text($"Every scenario is worse by {Math.Abs(effect):0.####}, a loss of {margin} or more."));

    private string Sentence(GatePair pair, Decision decision, GateOutcome outcome)
    {
        var (variant, other) = (own.Variants[pair.Variant], baseline.Variants[pair.Baseline]);
        var design = DesignOf(pair.Metric);

        // What passes needs no more scenarios.
        design = outcome == GateOutcome.Pass ? design with { Margin = null } : design;
        var isEquivalent = decision.AdjustedEquivalencePValue <= design.Alpha && outcome == GateOutcome.Pass;
        var told = isEquivalent || decision.Verdict != Verdict.Equivalent ? decision : decision with { Verdict = Verdict.Inconclusive };
        return new ComparisonSentence(
            variant, other == variant ? "its baseline" : $"{other} of the baseline", design.Scale, isEquivalent ? DesignOf(pair.Metric) : design, _compare.Better != "lower").Of(told);
    }

    private Verdict Sign(Decision decision) =>
        !(decision.AdjustedPValue <= 1 - confidence) ? Verdict.Inconclusive
        : decision.Comparison.Effect > 0 ? Verdict.Better : Verdict.Worse;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct GatePair(string Metric, int Variant, int Baseline, GatePreference? Preference = null);
}

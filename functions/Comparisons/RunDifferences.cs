using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Comparisons;

/// <summary>A variant of a run and one of its baseline, by one metric, on the scenarios that both have.</summary>
internal sealed record ComparedPair(
    RunScores Scores, RunScores BaselineScores, IReadOnlyList<(int Item, int Baseline)> Items, string Metric, int Variant, int BaselineVariant, string ShortId, string BaselineShortId)
{
    public CompareSpec Compare => Scores.Run.Compare ?? new CompareSpec();

    public RunningMoments[] Samples => [.. Items.Select(pair => Of(Scores, Variant)[pair.Item])];

    public RunningMoments[] BaselineSamples => [.. Items.Select(pair => Of(BaselineScores, BaselineVariant)[pair.Baseline])];

    public int ScorerIndex => Find(Scores);

    private RunningMoments[] Of(RunScores scores, int variant) => scores.PerScorer[Find(scores)].ScoresOf(variant);

    private int Find(RunScores scores) => scores.Scorers.Select(scorer => scorer.Name).ToList().IndexOf(Metric);
}

/// <summary>The verdicts on pairs of one metric, decided together.</summary>
internal static class RunDifferences
{
    // Means of equal scores may differ in their last digits.
    private const double Rounding = 1e-9;

    public static IEnumerable<RunDifference> Of(IReadOnlyList<ComparedPair> pairs)
    {
        var evidence = pairs.Select((pair, index) => EvidenceOf(pair, index)).ToList();
        var first = pairs[0];
        return Decisions.Of([.. evidence.Select(one => one.Evidence)], DesignOf(first), VerdictRules.CorrectionOf(first.Compare))
            .Select((decision, index) => View(pairs[index], evidence[index], decision));
    }

    private static Found EvidenceOf(ComparedPair pair, int index)
    {
        var (own, baseline) = (pair.Samples, pair.BaselineSamples);
        var clusters = ScenarioClusters.Of([.. pair.Items.Select(item => pair.Scores.Items[item.Item])]);
        var comparison = Comparison.Of(PairedSamples.Of(own, baseline, clusters), DesignOf(pair), VerdictRules.RandomOf(pair.Scores.Run, pair.Metric, index));
        return new Found(own, baseline, new Evidence(comparison, BoundsOf(pair, own, baseline)));
    }

    private static ComparisonDesign DesignOf(ComparedPair pair) => VerdictRules.DesignOf(pair.Scores, pair.ScorerIndex, pair.Compare) with
    {
        Margin = MarginOf(pair),
        SamplesPerItem = Math.Max(pair.Scores.Run.Sampling.MeanSamples, pair.BaselineScores.Run.Sampling.MeanSamples),
    };

    /// <summary>
    /// A margin that was declared for the metric: by its name, or as that of the comparison. The latter is of the metrics that the comparison names or, where it
    /// names none, of the first scorer and of those with a scale as wide: half a point of a rating says nothing about a number of words.
    /// </summary>
    private static double? MarginOf(ComparedPair pair)
    {
        var compare = pair.Compare;
        if (compare.Margins?.TryGetValue(pair.Metric, out var own) == true)
        {
            return own;
        }

        if (compare.Metrics is { } named)
        {
            return named.Contains(pair.Metric) ? compare.Margin : null;
        }

        return pair.ScorerIndex == 0 || (Width(pair.ScorerIndex) is { } width && Width(0) == width) ? compare.Margin : null;

        double? Width(int scorer) => pair.Scores.Scorers[scorer].Scale is { } scale ? scale.Max - scale.Min : null;
    }

    private static EffectBounds? BoundsOf(ComparedPair pair, RunningMoments[] own, RunningMoments[] baseline)
    {
        if (pair.Scores.Scorers[pair.ScorerIndex].Scale is not { } scale)
        {
            return null;
        }

        // What a run that stopped early never meant to ask is not missing.
        var asked = pair.Items.Index()
            .Select(place => (place.Index, Own: Planned(pair.Scores, pair.Variant, place.Item.Item), Baseline: Planned(pair.BaselineScores, pair.BaselineVariant, place.Item.Baseline)))
            .Where(place => place is { Own: > 0, Baseline: > 0 })
            .ToList();
        return asked.Count == 0 ? null : MissingScores.Bounds(
            asked.Select(place => own[place.Index]).ToArray(),
            asked.Select(place => baseline[place.Index]).ToArray(),
            asked.Select(place => place.Own).ToArray(),
            asked.Select(place => place.Baseline).ToArray(),
            scale);
    }

    private static int Planned(RunScores scores, int variant, int item) =>
        scores.Planned is { } planned ? planned[variant][item]
        : scores.Run.Stopping is not null && !scores.EvaluatedItems.Contains(item) ? 0
        : scores.Run.Sampling.MeanSamples;

    private static RunDifference View(ComparedPair pair, Found found, Decision decision)
    {
        var (comparison, higherIsBetter) = (decision.Comparison, pair.Compare.Better != "lower");
        var (variant, baseline) = (pair.Scores.Run.Variants[pair.Variant].Name, pair.BaselineScores.Run.Variants[pair.BaselineVariant].Name);
        var design = DesignOf(pair);
        var sentence = new ComparisonSentence(
            $"{variant} of {pair.ShortId}", $"{baseline} of {pair.BaselineShortId}", design.Scale, design, higherIsBetter, IsPartial(pair.Scores) || IsPartial(pair.BaselineScores));
        var changes = pair.Items.Select((place, index) => ChangeOf(pair.Scores.Items[place.Item], found.Own[index], found.Baseline[index])).ToList();
        var known = changes.Where(change => change.Difference is not null).Select(change => higherIsBetter ? change.Difference!.Value : -change.Difference!.Value).ToList();
        return new RunDifference(
            pair.Metric,
            pair.Scores.Run.RunId,
            variant,
            baseline,
            JsonRules.Name(VerdictRules.Directed(decision.Verdict, pair.Compare)),
            comparison.Effect,
            comparison.Interval,
            comparison.PValue,
            decision.AdjustedPValue,
            design.Margin,
            comparison.Method,
            found.Evidence.Bounds,
            decision.Reason,
            sentence.Of(decision),
            known.Count(difference => difference > 0),
            known.Count(difference => difference < 0),
            known.Count(difference => difference == 0),
            [.. changes.OrderByDescending(change => Math.Abs(change.Difference ?? -1)).ThenBy(change => change.ScenarioId, StringComparer.Ordinal)]);
    }

    // Cells of the plan are still to come; what an early stop left out is not.
    private static bool IsPartial(RunScores scores) => scores.Run.Stopping is null && scores.Outcomes.Values.Sum() < scores.Run.TotalCells;

    private static ScenarioChange ChangeOf(Scenario scenario, RunningMoments own, RunningMoments baseline)
    {
        double? mean = own.Count > 0 ? own.Mean : null;
        double? before = baseline.Count > 0 ? baseline.Mean : null;
        var difference = mean - before;
        return new ScenarioChange(scenario.Id, scenario.Name, before, mean, Math.Abs(difference ?? 0) <= Rounding * Math.Abs(mean ?? 0) && difference is not null ? 0 : difference);
    }

    private sealed record Found(RunningMoments[] Own, RunningMoments[] Baseline, Evidence Evidence);
}

using FunctionsEval.Evaluation.Analysis;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Statistics.Samples;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Puts names to the numbers: items become scenarios, variants become models.</summary>
internal sealed class AnalysisView(RunRecord run, IReadOnlyList<Scenario> items)
{
    public const string PassRate = "passRate";

    public RunAnalysis Of(RunScores scores, LabelledCells labels, IReadOnlyList<AnalysisWarning> warnings, DateTimeOffset computedAt)
    {
        var (scorers, perScorer) = (scores.Scorers, scores.PerScorer);
        var first = perScorer[0].Finish();
        var comparisons = new RunComparisons(scores).All();
        var labelled = LabelComparisons.All(scores, labels, comparisons);
        return new RunAnalysis(
            run.RunId,
            scorers.Count > 0 ? scorers[0].Name : null,
            computedAt,
            [.. first.Variants.Select(variant => Model(perScorer[0], variant, scores.Judges.ElementAtOrDefault(0)))],
            [.. perScorer[0].Pairs().Select(ScenarioOf)],
            [.. first.MostVariable.Select(Variance)],
            [.. first.MostStable.Select(Variance)],
            [.. scorers.Skip(1).Select((scorer, index) => Scorer(scorer.Name, perScorer[index + 1], scores.Judges.ElementAtOrDefault(index + 1)))],
            [.. warnings, .. JudgeOpinion.Of(run, labelled)],
            comparisons,
            scores.Failures,
            first.VariabilityPValue,
            scores.Passed is { } passed ? Scorer(PassRate, passed) : null,
            new TagSlices(scores).All(),
            scores.Latencies,
            labelled,
            scores.Judges.OfType<JudgeTally>().Select(judge => judge.Finish(labelled?.FirstOrDefault(metric => metric.Metric == judge.Scorer)?.Labels ?? 0)).ToList() is { Count: > 0 } judges ? judges : null);
    }

    private ScorerStatistics Scorer(string name, MultiSampleAnalysis analysis, JudgeTally? judge = null) => new(
        name, [.. analysis.Finish().Variants.Select(variant => Model(analysis, variant, judge))], [.. analysis.Pairs().Select(ScenarioOf)]);

    private ModelStatistics Model(MultiSampleAnalysis analysis, VariantAnalysis variant, JudgeTally? judge)
    {
        var scores = analysis.ScoresOf(variant.Variant);
        var budget = VarianceBudget.Of(scores, judge?.NoiseOf(variant.Variant));
        var (answerPrice, judgementPrice) = judge?.PricesOf(variant.Variant) ?? (1, 0);
        return new ModelStatistics(
            run.Variants[variant.Variant].Name,
            run.Variants[variant.Variant].Model,
            variant.SampleCount,
            variant.ItemCount,
            variant.Mean?.Mean,
            variant.ItemMeans.StdDev,
            variant.ItemMeans.Variance,
            variant.ItemMeans.Min,
            variant.ItemMeans.Max,
            variant.ItemMeans.Range,
            variant.Mean?.Interval,
            variant.AverageWithinVariance,
            variant.Consistency?.Value,
            variant.Consistency is { } consistency ? JsonRules.Name(consistency.Label) : null,
            variant.InvalidCount,
            variant.FailedCount,
            variant.Distribution.Bins,
            budget,
            budget is null ? null : JsonRules.Name(budget.NextDollar(answerPrice, judgementPrice, run.Sampling.Percentage < 100)),
            run.Sampling.Allocation is null ? null : AllocationGain.Of(scores),
            variant.Mean?.Method,
            variant.Mean?.Assumption,
            variant.Consistency?.Interval,
            Reliability.Of(variant.Components),
            variant.Passes.Count > 0 ? variant.Passes : null);
    }

    private ScenarioStatistics ScenarioOf(PairAnalysis pair) => new(
        items[pair.Item].Id,
        items[pair.Item].Name,
        run.Variants[pair.Variant].Name,
        run.Variants[pair.Variant].Model,
        pair.Samples.Count,
        pair.Samples.Mean,
        pair.Samples.Variance,
        pair.Samples.StdDev,
        pair.Samples.Min,
        pair.Samples.Max,
        pair.Samples.Range,
        pair.ConfidenceInterval,
        pair.Item);

    private ScenarioVariance Variance(ItemVariance item) =>
        new(items[item.Item].Id, items[item.Item].Name, item.Variance, Math.Sqrt(item.Variance), item.Item);
}

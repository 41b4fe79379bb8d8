using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>
/// Verdicts of a run that may stop early, at a look or at its end. A fixed-size test after a look would claim too much: stopping favours
/// the extremes. These hold whenever the run stops.
/// </summary>
internal sealed class SequentialComparisons
{
    private static readonly HashSet<string> PassOrFailScorers = ["exact", "contains", "regex", "choice", "json_schema"];

    private readonly RunScores _scores;
    private readonly CompareSpec _compare;
    private readonly int[] _order;

    public SequentialComparisons(RunScores scores)
    {
        var stopping = scores.Run.Stopping ?? throw new ArgumentException("The run does not stop early.", nameof(scores));
        _scores = scores;
        _compare = scores.Run.Compare ?? new CompareSpec();
        StoppingMetric = stopping.Metric ?? scores.Scorers[0].Name;

        // One variant and one sample, by item: the random order of the items themselves.
        var dispatch = new DispatchOrder(scores.Run.Items, 1, 1, scores.Run.Seed, byItem: true);
        _order = [.. Enumerable.Range(0, scores.Run.Items).Select(place => dispatch[place].Item).Where(scores.EvaluatedItems.Contains)];
        Pairs = ComparedPairs.Of(scores.Run.Variants.Count, ComparedPairs.ControlOf(scores.Run, _compare), _compare.Pairs);
    }

    public string StoppingMetric { get; }

    public IReadOnlyList<(int Variant, int Control)> Pairs { get; }

    public IReadOnlyList<Decision> DecisionsOf(string metric) =>
        Decisions.Of([.. Pairs.Select(pair => TestOf(metric).Of(Differences(metric, pair), RangeOf(metric)))], OptionsOf(metric));

    /// <summary>Of the comparison that is least likely to be decided.</summary>
    public double ChanceOfDeciding()
    {
        var undecided = DecisionsOf(StoppingMetric).Zip(Pairs).Where(pair => pair.First.Verdict == Verdict.Inconclusive);
        return undecided.Min(pair => TestOf(StoppingMetric).ChanceOfDeciding(Differences(StoppingMetric, pair.Second)));
    }

    /// <summary>The margin of <c>stopping</c> is that of the metric that is looked at, and of those that have none of their own.</summary>
    public VerdictOptions OptionsOf(string metric)
    {
        var options = VerdictRules.Of(_compare, metric);
        var margin = _scores.Run.Stopping!.Margin;
        return options with { Margin = metric == StoppingMetric ? margin ?? options.Margin : _compare.MarginOf(metric) ?? margin };
    }

    private int IndexOf(string metric) => _scores.Scorers.Select(scorer => scorer.Name).ToList().IndexOf(metric);

    private double? RangeOf(string metric) => _scores.Scorers[IndexOf(metric)].Scale is { } scale ? scale.Max - scale.Min : null;

    // By what the scorer can say, not by what it has said so far: the method must not depend on the data.
    private SequentialTest TestOf(string metric) => new(
        _scores.Run.Items,
        _scores.Run.SamplesPerScenario == 1 && PassOrFailScorers.Contains(_scores.Run.Scorers[IndexOf(metric)].Type),
        OptionsOf(metric));

    private double[] Differences(string metric, (int Variant, int Control) pair)
    {
        var analysis = _scores.PerScorer[IndexOf(metric)];
        var (first, second) = (analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control));
        return [.. _order.Where(item => first[item].Count > 0 && second[item].Count > 0).Select(item => Difference(first[item], second[item]))];
    }

    private static double Difference(RunningMoments first, RunningMoments second)
    {
        var difference = first.Mean - second.Mean;
        return Math.Abs(difference) <= 1e-12 * Math.Abs(first.Mean) ? 0 : difference;
    }
}

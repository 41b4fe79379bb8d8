using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Sequential;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Analysis;

/// <summary>
/// Verdicts of a run that may stop early, at a look or at its end. A fixed-size test after a look would claim too much: stopping favours
/// the extremes. These hold whenever the run stops.
/// </summary>
internal sealed class SequentialComparisons
{
    private const int MostLooks = 50;

    private readonly RunScores _scores;
    private readonly CompareSpec _compare;
    private readonly int[] _planned;
    private readonly int[] _order;
    private readonly int[] _clusters;

    public SequentialComparisons(RunScores scores)
    {
        var stopping = scores.Run.Stopping ?? throw new ArgumentException("The run does not stop early.", nameof(scores));
        _scores = scores;
        _compare = scores.Run.Compare ?? new CompareSpec();
        _clusters = ScenarioClusters.Of(scores.Items);
        StoppingMetric = stopping.Metric ?? scores.Scorers[0].Name;

        // One variant and one sample, by item: the random order of the items themselves.
        var dispatch = new DispatchOrder(scores.Run.Items, 1, 1, scores.Run.Sampling.DispatchSeed, byItem: true);
        _planned = [.. Enumerable.Range(0, scores.Run.Items).Select(place => dispatch[place].Item)];
        _order = [.. _planned.Where(scores.EvaluatedItems.Contains)];
        Pairs = ComparedPairs.Of(scores.Run.Variants.Count, ComparedPairs.ControlOf(scores.Run, _compare), _compare.Pairs);
    }

    public string StoppingMetric { get; }

    public IReadOnlyList<(int Variant, int Control)> Pairs { get; }

    public IReadOnlyList<Decision> DecisionsOf(string metric)
    {
        Func<(int, int), int, Comparison> compare = IsAnytime
            ? (pair, _) => Anytime(metric).Of(Samples(metric, pair))
            : Planned(TestOf(metric), Looks(), metric);
        return Decisions.Of(
            [.. Pairs.Select((pair, index) => new Evidence(
                compare(pair, index),
                ScoreBounds.Of(_scores, _scores.Scorers[IndexOf(metric)], _scores.PerScorer[IndexOf(metric)], pair)))],
            DesignOf(metric),
            VerdictRules.CorrectionOf(_compare));
    }

    /// <summary>
    /// A pair on some of the scenarios. Their part in each look was fixed with the order of the plan, so their own looks are known before any score, and what
    /// is claimed of them holds whichever of the looks the run ends at, and whatever it ended for.
    /// </summary>
    public Comparison OfSome(string metric, (int Variant, int Control) pair, IReadOnlySet<int> items, ComparisonDesign design, Random random)
    {
        if (IsAnytime)
        {
            return new AnytimeTest(items.Count, design).Of(Samples(metric, pair, items));
        }

        // A look that brings nothing new of them is none of theirs.
        var (own, scored, had) = (new List<int>(), new List<int>(), Looks().Count);
        foreach (var (look, all) in PlannedLooks().Index())
        {
            var count = _planned.Take(all).Count(items.Contains);
            if (count >= 2 && count > own.LastOrDefault())
            {
                own.Add(count);
                if (look < had)
                {
                    scored.Add(ItemsAt([all], metric, pair, items)[0]);
                }
            }
        }

        var samples = Samples(metric, pair, items);
        return own.Count == 0 ? Comparison.Of(samples, design, random) : new GroupSequentialTest(own, design, Spending).Of(samples, scored, random);
    }

    /// <summary>Of the comparison that is least likely to be decided.</summary>
    public double ChanceOfDeciding()
    {
        var undecided = DecisionsOf(StoppingMetric).Zip(Pairs).Where(pair => pair.First.Verdict == Verdict.Inconclusive);
        if (IsAnytime)
        {
            return undecided.Min(pair => Anytime(StoppingMetric).ChanceOfDeciding(Samples(StoppingMetric, pair.Second)));
        }

        var (test, look) = (TestOf(StoppingMetric), Looks().Count - 1);
        return look < 0 ? 1 : undecided.Min(pair => test.ChanceOfDeciding(Samples(StoppingMetric, pair.Second), look, VerdictRules.RandomOf(_scores.Run, StoppingMetric, 0)));
    }

    /// <summary>The margin of <c>stopping</c> is that of the metric that is looked at, and of those that have none of their own.</summary>
    public ComparisonDesign DesignOf(string metric)
    {
        var design = VerdictRules.DesignOf(_scores, IndexOf(metric), _compare);
        var margin = _scores.Run.Stopping!.Margin;
        return design with { Margin = metric == StoppingMetric ? margin ?? design.Margin : design.Margin ?? margin };
    }

    private bool IsAnytime => _scores.Run.Stopping!.Type == StoppingSpec.Anytime;

    private AnytimeTest Anytime(string metric) => new(_scores.Run.Items, DesignOf(metric));

    private Func<(int, int), int, Comparison> Planned(GroupSequentialTest test, List<int> looks, string metric) => (pair, index) =>
        test.Of(Samples(metric, pair), ItemsAt(looks, metric, pair), VerdictRules.RandomOf(_scores.Run, metric, index));

    private int IndexOf(string metric) => _scores.Scorers.Select(scorer => scorer.Name).ToList().IndexOf(metric);

    private GroupSequentialTest TestOf(string metric) => new(
        PlannedLooks(), DesignOf(metric), Spending);

    private AlphaSpending Spending => _scores.Run.Stopping!.Type == StoppingSpec.Pocock ? AlphaSpending.Pocock : AlphaSpending.OBrienFleming;

    // Scenarios at each planned look; the last is the whole plan. More than fifty looks find hardly anything earlier and cost power and time.
    private List<int> PlannedLooks()
    {
        var (every, all) = (_scores.Run.Stopping!.LookEvery, _scores.Run.Items);
        every *= ((all - 1) / every / MostLooks) + 1;
        return [.. Enumerable.Range(1, (all - 1) / every).Select(look => look * every), all];
    }

    // A run that ended between two looks, by its number of calls, has had the earlier ones; its end is not a look of its own.
    private List<int> Looks() => [.. PlannedLooks().Where(items => items <= _order.Length)];

    // A scenario without a score of both counts for the look that it was part of, but is none of its pairs.
    private List<int> ItemsAt(List<int> looks, string metric, (int Variant, int Control) pair, IReadOnlySet<int>? some = null)
    {
        var analysis = _scores.PerScorer[IndexOf(metric)];
        var (first, second) = (analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control));
        return [.. looks.Select(items => _order.Take(items).Count(item => some?.Contains(item) != false && first[item].Count > 0 && second[item].Count > 0))];
    }

    private PairedSamples Samples(string metric, (int Variant, int Control) pair, IReadOnlySet<int>? some = null)
    {
        var analysis = _scores.PerScorer[IndexOf(metric)];
        var (first, second) = (analysis.ScoresOf(pair.Variant), analysis.ScoresOf(pair.Control));
        int[] order = some is null ? _order : [.. _order.Where(some.Contains)];
        return PairedSamples.Of(
            [.. order.Select(item => first[item])], [.. order.Select(item => second[item])], _clusters.Length == 0 ? [] : [.. order.Select(item => _clusters[item])]);
    }
}

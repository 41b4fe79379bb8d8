using System.Collections;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Judging;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Agreement;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Rankings;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Runs.Pairs;

/// <summary>The judgements of pairs of a run, streamed through the statistics. The scenario is the unit, or its cluster, as for scores.</summary>
internal sealed class AnalyzePairs(RunScores scores, AnsweredCells answered)
{
    private readonly RunRecord _run = scores.Run;
    private readonly CompareSpec _compare = scores.Run.Compare ?? new CompareSpec();
    private readonly int[] _clusters = ScenarioClusters.Of(scores.Items);

    public async Task<IReadOnlyList<PairwiseAnalysis>?> OfAsync(PairLedger ledger, CancellationToken cancellationToken)
    {
        var analyses = new List<PairwiseAnalysis>();
        foreach (var scorer in _run.PairScorers())
        {
            analyses.Add(await OfAsync(ledger, scorer, cancellationToken));
        }

        return analyses.Count == 0 ? null : analyses;
    }

    private async Task<PairwiseAnalysis> OfAsync(PairLedger ledger, ScorerSpec scorer, CancellationToken cancellationToken)
    {
        var compared = PairPlan.ComparedOf(_run, scorer);
        var tallies = compared.ToDictionary(PlaceOf, _ => new PairTally(_run.Items));
        var positions = scorer.Judge!.Models.ToDictionary(model => model, _ => new PositionTally(_run.Items), StringComparer.Ordinal);
        var outcomes = _run.Variants.Count > 2 ? new PairwiseOutcomes(_run.Variants.Count) : null;
        await foreach (var pair in ledger.OfAsync(_run, scorer, cancellationToken))
        {
            if (!tallies.TryGetValue(pair.Place, out var tally))
            {
                // Asked for by another scorer of the same judges.
                continue;
            }

            foreach (var (set, vote) in pair.Votes)
            {
                positions[set.Model].Add(pair.Item, vote);
            }

            if (pair.Outcome() is { } outcome)
            {
                var isJudged = pair.Votes.Any(vote => vote.Vote.WasAsked);
                tally.Add(pair.Item, outcome, isJudged ? pair.Details() : null);
                var (earlier, later) = VariantPair.At(pair.Place);
                outcomes?.Add(UnitOf(pair.Item), later, earlier, outcome);
            }
        }

        return new PairwiseAnalysis(
            scorer.Name!,
            scorer.Judge.Models,
            scorer.Judge.Repeats,
            scorer.Judge.Template is null ? PairPrompt.Version : 0,
            Preferences(scorer, compared, tallies),
            [.. positions.Select((judge, index) => judge.Value.Of(judge.Key, _clusters, _run.Sampling.MeanSamples, _compare.Confidence, VerdictRules.RandomOf(_run, scorer.Name!, 1_000 + index)))],
            outcomes is null ? null : RankingOf(outcomes, VerdictRules.RandomOf(_run, scorer.Name!, 2_000)));
    }

    private List<PairPreference> Preferences(ScorerSpec scorer, IReadOnlyList<(int Variant, int Control)> compared, Dictionary<int, PairTally> tallies)
    {
        var margin = _compare.Margins?.TryGetValue(scorer.Name!, out var own) == true ? own : (double?)null;

        // A vote is the difference of 1 and 0, or of two halves: the differences of a scale from 0 to 1.
        var design = new ComparisonDesign(ScoreScale.Between(0, 1), _run.Sampling.MeanSamples, _clusters.Length > 0, margin, _compare.Confidence);
        var sides = compared.Select(pair => tallies[PlaceOf(pair)].From(pair.Variant > pair.Control)).ToList();
        var planned = compared.Select(pair => PlannedOf(pair).ToList()).ToList();
        var evidence = compared.Select((_, index) =>
        {
            var votes = sides[index].Votes;
            RunningMoments[] nothing = [.. votes.Select(Zeros)];
            var comparison = Comparison.Of(PairedSamples.Of(votes, nothing, _clusters), design, VerdictRules.RandomOf(_run, scorer.Name!, index));
            return new Evidence(comparison, BoundsOf(votes, planned[index]));
        }).ToList();
        return [.. Decisions.Of(evidence, design, VerdictRules.CorrectionOf(_compare)).Select((decision, index) =>
            Preference(compared[index], decision, evidence[index].Bounds, sides[index], planned[index].Sum(item => (long)item.Samples), design))];
    }

    private PairPreference Preference(
        (int Variant, int Control) pair, Decision decision, EffectBounds? bounds, PairTally.Side side, long planned, ComparisonDesign design)
    {
        var (variant, control) = (_run.Variants[pair.Variant].Name, _run.Variants[pair.Control].Name);
        var comparison = decision.Comparison;
        var noAnswer = planned - answered.Both(pair.Variant, pair.Control, scores.EvaluatedItems);
        return new PairPreference(
            variant,
            control,
            JsonRules.Name(decision.Verdict),
            side.Wins,
            side.Ties,
            side.Losses,
            comparison.Effect,
            comparison.Interval,
            comparison.PValue,
            decision.AdjustedPValue,
            decision.AdjustedEquivalencePValue,
            design.Margin,
            comparison.Method,
            comparison.Items,
            comparison.Units,
            noAnswer,
            planned - noAnswer - (side.Wins + side.Ties + side.Losses),
            bounds,
            decision.Reason,
            PreferenceSentence.Of(variant, control, decision, side, design),
            comparison.Assumption,
            comparison.Warnings,
            LengthBiasOf(side, design.Confidence));
    }

    private LengthBiasResult? LengthBiasOf(PairTally.Side side, double confidence) => side.Lengths.Count == 0
        ? null
        : LengthBias.Of(
            [.. side.Lengths.Select(vote => (double)vote.Outcome)],
            [.. side.Lengths.Select(vote => (double)vote.Longer)],
            [.. Enumerable.Range(0, side.Lengths.Count)],
            [.. side.Lengths.Select(vote => UnitOf(vote.Item))],
            confidence);

    private PreferenceRanking? RankingOf(PairwiseOutcomes outcomes, Random random)
    {
        if (Ranking.Of(outcomes, _compare.Confidence, random) is not { } ranking)
        {
            return null;
        }

        List<RankedPreference> ranked = [.. ranking.Variants.Select(one => new RankedPreference(
            _run.Variants[one.Variant].Name, _run.Variants[one.Variant].Model, one.Strength, one.Interval, one.WinChance, one.Rank, one.BestRank, one.WorstRank))];
        List<IReadOnlyList<string>> cycles = [.. ranking.Cycles.Select(cycle => (IReadOnlyList<string>)[.. cycle.Variants.Select(variant => _run.Variants[variant].Name)])];
        return new PreferenceRanking(ranked, ranking.TieWeight, cycles, ranking.Comparisons, ranking.Units, ranking.Limit, PreferenceSentence.OfRanking(ranked, cycles));
    }

    private IEnumerable<(int Item, int Samples)> PlannedOf((int Variant, int Control) pair) => scores.EvaluatedItems.Order().Select(item => (item, scores.Planned is { } planned
        ? Math.Min(planned[pair.Variant][item], planned[pair.Control][item])
        : _run.Sampling.MeanSamples));

    /// <summary>What the net could be had every missing pair been won, or lost.</summary>
    private static EffectBounds? BoundsOf(RunningMoments[] votes, List<(int Item, int Samples)> planned)
    {
        var (lower, upper, missing) = (0.0, 0.0, 0L);
        foreach (var (item, samples) in planned.Where(item => item.Samples > 0))
        {
            var lacking = Math.Max(0, samples - votes[item].Count);
            var sum = votes[item].Count == 0 ? 0 : votes[item].Mean * votes[item].Count;
            lower += (sum - lacking) / (votes[item].Count + lacking);
            upper += (sum + lacking) / (votes[item].Count + lacking);
            missing += lacking;
        }

        return missing == 0 ? null : new EffectBounds(lower / planned.Count, upper / planned.Count, missing);
    }

    private static RunningMoments Zeros(RunningMoments like)
    {
        var zeros = default(RunningMoments);
        for (var vote = 0; vote < like.Count; vote++)
        {
            zeros.Add(0);
        }

        return zeros;
    }

    private int UnitOf(int item) => _clusters.Length == 0 ? item : _clusters[item];

    private static int PlaceOf((int Variant, int Control) pair) => new VariantPair(Math.Min(pair.Variant, pair.Control), Math.Max(pair.Variant, pair.Control)).Place;
}

/// <summary>Which cells have an answer; a bit each.</summary>
internal sealed class AnsweredCells(RunRecord run)
{
    private readonly BitArray? _answered = run.Pairwise is null ? null : new BitArray(run.Items * run.Variants.Count * run.Sampling.SamplesPerScenario);

    public void Add(CellRecord cell)
    {
        if (cell.Outcome is CellOutcome.Scored or CellOutcome.Invalid)
        {
            _answered?.Set(IndexOf(cell.Address.Item, cell.Address.Variant, cell.Address.Sample), true);
        }
    }

    /// <summary>Pairs of answers that two variants have.</summary>
    public long Both(int first, int second, IEnumerable<int> items) => items.Sum(item => Enumerable.Range(0, run.Sampling.SamplesPerScenario).LongCount(sample =>
        _answered![IndexOf(item, first, sample)] && _answered[IndexOf(item, second, sample)]));

    private int IndexOf(int item, int variant, int sample) => (((item * run.Variants.Count) + variant) * run.Sampling.SamplesPerScenario) + sample;
}

using FunctionsEval.Runs.Analysis;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Runs.Pairs;

/// <summary>The outcomes of one pair of variants, from the later one's side.</summary>
internal sealed class PairTally(int items)
{
    private readonly RunningMoments[] _votes = new RunningMoments[items];
    private readonly RunningMoments[] _turned = new RunningMoments[items];
    private readonly List<(int Item, int Outcome, int Longer)> _lengths = [];
    private long _wins;
    private long _ties;
    private long _losses;

    /// <param name="details">Null where the answers were not judged because they are the same.</param>
    public void Add(int item, int outcome, PairDetails? details)
    {
        _votes[item].Add(outcome);
        _turned[item].Add(-outcome);
        _wins += outcome > 0 ? 1 : 0;
        _ties += outcome == 0 ? 1 : 0;
        _losses += outcome < 0 ? 1 : 0;
        if (details is not null)
        {
            _lengths.Add((item, outcome, details.LaterLength - details.EarlierLength));
        }
    }

    /// <summary>The same from the later variant's side, or from the earlier one's.</summary>
    public Side From(bool later) => later
        ? new Side(_votes, _wins, _ties, _losses, _lengths)
        : new Side(_turned, _losses, _ties, _wins, [.. _lengths.Select(vote => (vote.Item, -vote.Outcome, -vote.Longer))]);

    /// <param name="Votes">By item.</param>
    /// <param name="Lengths">Of each judged pair: its item, its outcome, and by how many characters the variant's answer is longer.</param>
    internal sealed record Side(RunningMoments[] Votes, long Wins, long Ties, long Losses, IReadOnlyList<(int Item, int Outcome, int Longer)> Lengths);
}

/// <summary>How far the order of answers decided what one judge said.</summary>
internal sealed class PositionTally(int items)
{
    private readonly RunningMoments[] _flips = new RunningMoments[items];
    private readonly RunningMoments[] _leans = new RunningMoments[items];
    private long _votes;
    private long _flipped;
    private long _invalid;
    private long _failed;

    public void Add(int item, PairVote vote)
    {
        foreach (var judgement in new[] { vote.Plain, vote.Swapped })
        {
            _invalid += judgement?.Outcome == Cells.CellOutcome.Invalid ? 1 : 0;
            _failed += judgement?.Outcome == Cells.CellOutcome.Failed ? 1 : 0;
        }

        if (vote.WasAsked)
        {
            _votes++;
            _flipped += vote.IsFlipped ? 1 : 0;
            _flips[item].Add(vote.IsFlipped ? 1 : 0);
            _leans[item].Add(vote.Lean);
        }
    }

    public PositionEffect Of(string judge, int[] clusters, int samples, double confidence, Random random)
    {
        int[] voted = [.. Enumerable.Range(0, _flips.Length).Where(item => _flips[item].Count > 0)];
        int[] labels = clusters.Length == 0 ? [] : [.. voted.Select(item => clusters[item])];
        var flips = MeanInference.Of([.. voted.Select(item => _flips[item].Mean)], labels, ScoreScale.Between(0, 1), samples, confidence, random);
        var lean = MeanInference.Of([.. voted.Select(item => _leans[item].Mean)], labels, ScoreScale.Between(-1, 1), samples, confidence, random);
        return new PositionEffect(judge, _votes, _invalid, _failed, _flipped, flips?.Mean, flips?.Interval, lean?.Mean, lean?.Interval);
    }
}

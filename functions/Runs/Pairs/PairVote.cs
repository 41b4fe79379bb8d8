using System.Runtime.CompilerServices;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Pairs;

/// <summary>What one judge said of two answers in one repeat: in both orders, from the later variant's side (1 win, 0 tie, -1 loss).</summary>
internal sealed class PairVote
{
    /// <summary>With the earlier variant's answer first; null where the judge was not asked, or gave no winner.</summary>
    public CellRecord? Plain { get; private set; }

    /// <summary>With the later variant's answer first.</summary>
    public CellRecord? Swapped { get; private set; }

    public bool IsWhole => Plain?.Score is not null && Swapped?.Score is not null;

    /// <summary>Both orders were asked, so that they tell something about the judge.</summary>
    public bool WasAsked => IsWhole && Plain!.Calls > 0 && Swapped!.Calls > 0;

    public bool IsFlipped => Plain!.Score != Swapped!.Score;

    /// <summary>How much more often the first answer was preferred than the second: 1 when it was each time, 0 when the order played no part.</summary>
    public double Lean => (Swapped!.Score!.Value - Plain!.Score!.Value) / 2;

    /// <summary>A win counts only if it survives the swap.</summary>
    public int Outcome => IsFlipped ? 0 : (int)Plain!.Score!.Value;

    public void Add(CellRecord judgement)
    {
        if (PairWork.OrderOf(judgement.Address).IsSwapped)
        {
            Swapped = judgement;
        }
        else
        {
            Plain = judgement;
        }
    }
}

/// <summary>All votes of a pairwise scorer on two answers.</summary>
/// <param name="Votes">By judge and repeat, in the order of the scorer's sets.</param>
internal sealed record VotedPair(int Item, int Place, int Sample, IReadOnlyList<(PairSet Set, PairVote Vote)> Votes)
{
    /// <summary>
    /// The most frequent of the whole votes, from the later variant's side; a tie where none is the most frequent. Null where a judge of the panel gave no whole
    /// vote: the panel without the strict judge is another panel.
    /// </summary>
    public int? Outcome()
    {
        if (Votes.GroupBy(vote => vote.Set.Model, StringComparer.Ordinal).Any(judge => judge.All(vote => !vote.Vote.IsWhole)))
        {
            return null;
        }

        var counts = Votes.Where(vote => vote.Vote.IsWhole).GroupBy(vote => vote.Vote.Outcome).Select(group => (Outcome: group.Key, Count: group.Count())).OrderByDescending(group => group.Count).ToList();
        return counts is [var first, var second, ..] && first.Count == second.Count ? 0 : counts[0].Outcome;
    }

    public PairDetails? Details() => Votes.Select(vote => vote.Vote.Plain ?? vote.Vote.Swapped).FirstOrDefault(judgement => judgement?.Output is not null)?.Output is { } json ? PairDetails.Read(json) : null;
}

/// <summary>Reads the judgements of pairs back.</summary>
public sealed class PairLedger(CellLedger cells)
{
    private const int EntityPage = 1_000;

    /// <summary>All pairs of a scorer that a judge was asked about, in the order of items.</summary>
    internal async IAsyncEnumerable<VotedPair> OfAsync(
        RunRecord run, ScorerSpec scorer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sets = PairSet.Of(run, scorer).Select(set => (Set: set, Run: set.AsRun(run))).ToList();
        for (var partition = 0; partition < RunCounts.PartitionsOf(run); partition++)
        {
            var rows = new List<(PairSet Set, CellRecord Judgement)>();
            foreach (var (set, judgements) in sets)
            {
                await foreach (var judgement in cells.OfPartitionAsync(judgements, partition, cancellationToken))
                {
                    rows.Add((set, judgement));
                }
            }

            foreach (var pair in Group(rows))
            {
                yield return pair;
            }
        }
    }

    /// <summary>Those of one item.</summary>
    internal async Task<IReadOnlyList<VotedPair>> OfItemAsync(RunRecord run, ScorerSpec scorer, int item, CancellationToken cancellationToken)
    {
        var rows = new List<(PairSet Set, CellRecord Judgement)>();
        foreach (var set in PairSet.Of(run, scorer))
        {
            var judgements = set.AsRun(run);
            string? continuation = null;
            do
            {
                var page = await cells.PageAsync(judgements, new CellFilter(Item: item), EntityPage, continuation, cancellationToken);
                rows.AddRange(page.Cells.Select(judgement => (set, judgement)));
                continuation = page.Continuation;
            }
            while (continuation is not null);
        }

        return [.. Group(rows)];
    }

    /// <summary>The pairs of one item as people see them, by scorer.</summary>
    public async Task<IReadOnlyList<PairView>> ViewsAsync(RunRecord run, int item, CancellationToken cancellationToken)
    {
        var views = new List<PairView>();
        foreach (var scorer in run.PairScorers())
        {
            var sides = PairPlan.ComparedOf(run, scorer).ToDictionary(pair => new VariantPair(Math.Min(pair.Variant, pair.Control), Math.Max(pair.Variant, pair.Control)).Place);
            views.AddRange(from pair in await OfItemAsync(run, scorer, item, cancellationToken) where sides.ContainsKey(pair.Place) select PairView.Of(run, scorer.Name!, sides[pair.Place], pair));
        }

        return views;
    }

    private static IEnumerable<VotedPair> Group(List<(PairSet Set, CellRecord Judgement)> rows) =>
        from row in rows
        group row by (row.Judgement.Address.Item, row.Judgement.Address.Variant, PairWork.OrderOf(row.Judgement.Address).Sample) into pair
        orderby pair.Key
        select new VotedPair(pair.Key.Item, pair.Key.Variant, pair.Key.Sample, [.. pair.GroupBy(row => row.Set).Select(set => (set.Key, Vote(set.Select(row => row.Judgement))))]);

    private static PairVote Vote(IEnumerable<CellRecord> judgements)
    {
        var vote = new PairVote();
        foreach (var judgement in judgements)
        {
            vote.Add(judgement);
        }

        return vote;
    }
}

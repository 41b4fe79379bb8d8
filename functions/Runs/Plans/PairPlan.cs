using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Plans;

/// <summary>
/// What the pairwise scorers of a run ask, as numbers from 0: for each item every pair of variants and sample, by every judge and repeat. A number is one
/// pair of answers, which is judged in both orders.
/// </summary>
public sealed class PairPlan
{
    /// <summary>Of variants: a counter row holds a number for each.</summary>
    public const int MaxPairs = 200;

    private readonly RunRecord _run;
    private readonly List<(PairSet Set, VariantPair Pair)> _asked;

    public PairPlan(RunRecord run)
    {
        _run = run;
        Sets = [.. run.PairScorers().SelectMany(scorer => PairSet.Of(run, scorer))];
        _asked = [.. Sets.DistinctBy(set => (set.Id, set.Scorer.Pairs)).SelectMany(set => PairsOf(run, set.Scorer).Select(pair => (set, pair)))];
    }

    /// <summary>By scorer, then by judge and repeat. Scorers that ask the same have sets of the same id.</summary>
    public IReadOnlyList<PairSet> Sets { get; }

    /// <summary>Pairs of answers, if every cell has one.</summary>
    public long Count => (long)_run.Items * _run.Sampling.SamplesPerScenario * _asked.Count;

    /// <summary>Items come one after the other, so that what a look left out lies at the places of the items it left out.</summary>
    public PairWork this[long number]
    {
        get
        {
            var (rest, asked) = Math.DivRem(number, _asked.Count);
            var (item, sample) = Math.DivRem(rest, _run.Sampling.SamplesPerScenario);
            return new PairWork(_asked[(int)asked].Set, _asked[(int)asked].Pair, (int)item, (int)sample);
        }
    }

    /// <summary>The pairs of a scorer, each with the control second, or the earlier variant.</summary>
    public static IReadOnlyList<(int Variant, int Control)> ComparedOf(RunRecord run, ScorerSpec scorer) => ComparedOf(run.Variants, run.Compare, scorer);

    /// <inheritdoc cref="ComparedOf(RunRecord, ScorerSpec)"/>
    public static IReadOnlyList<(int Variant, int Control)> ComparedOf(IReadOnlyList<Variant> variants, CompareSpec? compare, ScorerSpec scorer) =>
        ComparedPairs.Of(variants.Count, ComparedPairs.ControlOf(variants, compare ?? new CompareSpec()), scorer.Pairs ?? compare?.Pairs ?? CompareSpec.WithControl);

    private static IEnumerable<VariantPair> PairsOf(RunRecord run, ScorerSpec scorer) =>
        ComparedOf(run, scorer).Select(pair => new VariantPair(Math.Min(pair.Variant, pair.Control), Math.Max(pair.Variant, pair.Control)));
}

/// <summary>Two variants whose answers are compared, the earlier one first.</summary>
public readonly record struct VariantPair(int Earlier, int Later)
{
    /// <summary>Among all pairs, so that further variants move none: 0 is (0, 1), 1 is (0, 2), 2 is (1, 2), ...</summary>
    public int Place => (Later * (Later - 1) / 2) + Earlier;

    /// <summary>The pair at a place.</summary>
    public static VariantPair At(int place)
    {
        var later = 1;
        while (Count(later + 1) <= place)
        {
            later++;
        }

        return new VariantPair(place - Count(later), later);
    }

    /// <summary>How many pairs so many variants have.</summary>
    public static int Count(int variants) => variants * (variants - 1) / 2;
}

/// <summary>One pair of answers for one judge and repeat.</summary>
public readonly record struct PairWork(PairSet Set, VariantPair Pair, int Item, int Sample)
{
    /// <summary>Where the judgement is stored in the partitions of its set.</summary>
    /// <param name="isSwapped">The answer of the later variant is shown first.</param>
    public CellAddress AddressOf(bool isSwapped) => new(Item, Pair.Place, (2 * Sample) + (isSwapped ? 1 : 0));

    public static (int Sample, bool IsSwapped) OrderOf(CellAddress judgement) => (judgement.Sample / 2, judgement.Sample % 2 == 1);
}

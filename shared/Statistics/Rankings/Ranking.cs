using FunctionsEval.Statistics.Comparisons;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Resampling;

namespace FunctionsEval.Statistics.Rankings;

/// <param name="Strength">The logarithm of its odds of beating one of average strength, ties aside.</param>
/// <param name="WinChance">Of beating one of average strength, ties aside.</param>
/// <param name="Rank">1 is the strongest.</param>
/// <param name="BestRank">With <paramref name="WorstRank"/> the ranks that are not excluded, of all variants together.</param>
public sealed record RankedVariant(
    int Variant, double Strength, ConfidenceInterval? Interval, double WinChance, int Rank, int BestRank, int WorstRank);

/// <summary>Three or more variants of which each beats the next and the last beats the first, each beyond chance: no order fits them.</summary>
public sealed record PreferenceCycle(IReadOnlyList<int> Variants);

/// <param name="Variants">The strongest first.</param>
/// <param name="TieWeight">Davidson's ν: two of equal strength tie with probability ν/(2 + ν).</param>
/// <param name="Cycles">Empty where an order fits, as far as can be told.</param>
/// <param name="Limit">Why a number is missing or rests on little; null when nothing is in the way.</param>
public sealed record RankingResult(
    IReadOnlyList<RankedVariant> Variants, double TieWeight, IReadOnlyList<PreferenceCycle> Cycles, int Comparisons, int Units, string? Limit);

/// <summary>
/// Variants ranked by their paired comparisons. Intervals are percentiles of strengths from whole scenarios drawn again; ranks are excluded by the differences of strengths that
/// are told from 0 together, by the largest of their t statistics over resamples: Mogstad, Romano, Shaikh and Wilhelm (2024), doi:10.1093/restud/rdad006.
/// </summary>
public static class Ranking
{
    private const int Replicates = 1_000;
    private const int FewUnits = 10;

    /// <summary>Null without comparisons.</summary>
    public static RankingResult? Of(PairwiseOutcomes outcomes, double level, Random random)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(random);
        ConfidenceInterval.CheckLevel(level);
        if (outcomes.Count == 0)
        {
            return null;
        }

        var units = outcomes.ByUnit;
        var counts = PairCounts.Of(outcomes.Variants, units);
        var (strengths, logTies) = DavidsonModel.Fit(counts);
        var resampled = units.Count < 2 ? [] : Resample(strengths, units, random);
        var (best, worst) = Ranks(strengths, resampled, level);
        var order = Enumerable.Range(0, strengths.Length).OrderByDescending(variant => strengths[variant]).ThenBy(variant => variant).ToList();
        return new RankingResult(
            [
                .. order.Select((variant, place) => new RankedVariant(
                    variant,
                    strengths[variant],
                    IntervalOf([.. resampled.Select(sample => sample[variant])], level),
                    1 / (1 + Math.Exp(-strengths[variant])),
                    place + 1,
                    best[variant],
                    worst[variant])),
            ],
            Math.Exp(logTies),
            CyclesOf(outcomes, 1 - level, random),
            outcomes.Count,
            units.Count,
            LimitOf(counts, units.Count));
    }

    private static string? LimitOf(PairCounts counts, int units) => (units, counts.IsBounded()) switch
    {
        (1, _) => "All comparisons are of one scenario: nothing tells how much scenarios differ.",
        (_, false) => "Some variants win (or lose) every comparison with the others: how much stronger they are has no bound, and the numbers show the least that fits.",
        ( < FewUnits, _) => $"With {units} scenarios the intervals are too narrow: few are drawn again and again.",
        _ => null,
    };

    private static double[][] Resample(double[] strengths, IReadOnlyList<(int First, int Second, int Outcome)[]> units, Random random)
    {
        var results = new double[Replicates][];
        var seed = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        Parallel.For(0, Replicates, replicate =>
        {
            var stream = new SeededStream(seed, replicate);
            results[replicate] = DavidsonModel.Fit(
                PairCounts.Of(strengths.Length, Enumerable.Range(0, units.Count).Select(_ => units[stream.Next(units.Count)])), strengths).Strengths;
        });
        return results;
    }

    private static ConfidenceInterval? IntervalOf(double[] drawn, double level)
    {
        if (drawn.Length == 0)
        {
            return null;
        }

        Array.Sort(drawn);
        var outside = (int)Math.Floor((1 - level) / 2 * drawn.Length);
        return new ConfidenceInterval(drawn[outside], drawn[^(outside + 1)], level);
    }

    private static (int[] Best, int[] Worst) Ranks(double[] strengths, double[][] resampled, double level)
    {
        var variants = strengths.Length;
        int[] best = [.. Enumerable.Repeat(1, variants)], worst = [.. Enumerable.Repeat(variants, variants)];
        if (resampled.Length == 0)
        {
            return (best, worst);
        }

        var errors = new double[variants, variants];
        for (var i = 0; i < variants; i++)
        {
            for (var j = 0; j < variants; j++)
            {
                errors[i, j] = RunningMoments.Of([.. resampled.Select(sample => sample[i] - sample[j])]).StandardDeviation;
            }
        }

        double[] largest = [.. resampled.Select(sample => Pairs().Max(pair => Math.Abs(T(sample[pair.I] - sample[pair.J] - strengths[pair.I] + strengths[pair.J], pair)))).Order()];
        var critical = largest[(int)Math.Min(largest.Length - 1, Math.Ceiling(level * largest.Length))];
        foreach (var pair in Pairs())
        {
            var t = T(strengths[pair.I] - strengths[pair.J], pair);
            if (Math.Abs(t) > critical)
            {
                var (stronger, weaker) = t > 0 ? pair : (pair.J, pair.I);
                best[weaker]++;
                worst[stronger]--;
            }
        }

        return (best, worst);

        IEnumerable<(int I, int J)> Pairs() => Enumerable.Range(0, variants).SelectMany(i => Enumerable.Range(i + 1, variants - i - 1).Select(j => (i, j)));

        double T(double difference, (int I, int J) pair) => errors[pair.I, pair.J] > 0 ? difference / errors[pair.I, pair.J] : 0;
    }

    // Of all pairs the ones that are told apart together (Holm), by the test of any other comparison; then every three that go round.
    private static List<PreferenceCycle> CyclesOf(PairwiseOutcomes outcomes, double alpha, Random random)
    {
        var pairs = new List<(int First, int Second, double Net, double PValue)>();
        for (var i = 0; i < outcomes.Variants; i++)
        {
            for (var j = i + 1; j < outcomes.Variants; j++)
            {
                var units = UnitSums.Of(outcomes.NetScores(i, j), []);
                if (units.Count >= 2)
                {
                    var tails = Method.Of(ScoreScale.Between(-1, 1), 1, isClustered: false, units, (-1, 1), isDifference: true, random).Tails;
                    pairs.Add((i, j, units.Mean, tails.TwoSided(0)));
                }
            }
        }

        var adjusted = HolmAdjustment.Of([.. pairs.Select(pair => pair.PValue)]);
        var beats = pairs.Zip(adjusted).Where(one => one.Second <= alpha)
            .Select(one => one.First.Net > 0 ? (one.First.First, one.First.Second) : (one.First.Second, one.First.First)).ToHashSet();
        return
        [
            .. from one in Enumerable.Range(0, outcomes.Variants)
               from two in Enumerable.Range(one + 1, outcomes.Variants - one - 1)
               from three in Enumerable.Range(one + 1, outcomes.Variants - one - 1)
               where two != three && beats.Contains((one, two)) && beats.Contains((two, three)) && beats.Contains((three, one))
               select new PreferenceCycle([one, two, three]),
        ];
    }
}

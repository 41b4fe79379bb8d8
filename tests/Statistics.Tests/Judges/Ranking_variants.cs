using FunctionsEval.Statistics.Rankings;

namespace FunctionsEval.Statistics.Tests.Judges;

public sealed class Ranking_variants
{
    private static readonly double[,] Wins = { { 0, 12, 15, 9 }, { 6, 0, 11, 8 }, { 3, 5, 0, 7 }, { 5, 6, 4, 0 } };
    private static readonly double[,] Ties = { { 0, 4, 2, 3 }, { 4, 0, 5, 2 }, { 2, 5, 0, 6 }, { 3, 2, 6, 0 } };

    [Fact]
    public void Strengths_without_ties_are_those_of_a_logistic_regression()
    {
        var (strengths, logTies) = DavidsonModel.Fit(new PairCounts(Wins, new double[4, 4]), priorWeight: 0);

        // R: X has 1 and -1 in the columns of i and j; b <- c(coef(glm(cbind(wins, losses) ~ X[,1:3]-1, family=binomial)), 0); b - mean(b)
        double[] expected = [0.724537741490948, 0.095422736187219, -0.482214177441025, -0.337746300237142];
        Assert.All(expected.Zip(strengths), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
        Assert.Equal(double.NegativeInfinity, logTies);
    }

    [Fact]
    public void Strengths_with_ties_are_Davidsons()
    {
        var (strengths, logTies) = DavidsonModel.Fit(new PairCounts(Wins, Ties), priorWeight: 0);

        // R: nlm of -sum(W[i,j]*log(d/z) + W[j,i]*log(1/d/z) + T[i,j]*log(nu/z)) with d <- exp((t[i]-t[j])/2); z <- d+1/d+nu
        double[] expected = [0.7658693784, 0.0947066430, -0.4999996967, -0.3605763248];
        Assert.All(expected.Zip(strengths), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(0.5224766168, Math.Exp(logTies), 1e-5);
    }

    [Fact]
    public void Strengths_and_ranks_are_covered_where_scenarios_favour_one_or_the_other()
    {
        double[] strengths = [0.6, 0.2, 0.2, -1.0];
        var (covered, ranks, studies) = (0, 0, 60);
        for (var study = 0; study < studies; study++)
        {
            var random = new Random((study * 31) + 7);
            var ranking = Ranking.Of(Draw(random, strengths, 80), 0.95, random)!;
            var first = ranking.Variants.Single(variant => variant.Variant == 0);

            // Within a scenario preferences are alike, so that what the model fits is pulled towards 0: the truth is that of very many scenarios.
            covered += first.Interval!.Contains(Limit.Value[0]) ? 1 : 0;

            // Of the two that are alike, each may be second or third.
            ranks += ranking.Variants.All(variant => variant.Variant switch
            {
                0 => variant.BestRank == 1,
                3 => variant.WorstRank == 4,
                _ => variant.BestRank <= 2 && variant.WorstRank >= 3,
            }) ? 1 : 0;
            Assert.Empty(ranking.Cycles);
            Assert.Null(ranking.Limit);
        }

        // Four standard errors of 60 studies below 95%.
        Assert.InRange(covered / (double)studies, 0.83, 1);
        Assert.InRange(ranks / (double)studies, 0.83, 1);
    }

    [Fact]
    public void A_circle_of_preferences_is_told_and_chance_is_not()
    {
        var random = new Random(3);
        var circle = new PairwiseOutcomes(3);
        for (var scenario = 0; scenario < 60; scenario++)
        {
            circle.Add(scenario, 0, 1, random.NextDouble() < 0.8 ? 1 : -1);
            circle.Add(scenario, 1, 2, random.NextDouble() < 0.8 ? 1 : -1);
            circle.Add(scenario, 2, 0, random.NextDouble() < 0.8 ? 1 : -1);
        }

        Assert.Equal([0, 1, 2], Assert.Single(Ranking.Of(circle, 0.95, new Random(1))!.Cycles).Variants);
        Assert.Empty(Ranking.Of(Draw(new Random(9), [0, 0, 0], 60), 0.95, new Random(1))!.Cycles);
    }

    [Fact]
    public void One_that_always_wins_is_first_with_a_warning_and_one_scenario_has_no_interval()
    {
        var always = new PairwiseOutcomes(3);
        for (var scenario = 0; scenario < 30; scenario++)
        {
            always.Add(scenario, 0, 1, 1);
            always.Add(scenario, 0, 2, 1);
            always.Add(scenario, 1, 2, scenario % 2 == 0 ? 1 : -1);
        }

        var ranking = Ranking.Of(always, 0.95, new Random(1))!;
        Assert.Equal((0, 1, 1), (ranking.Variants[0].Variant, ranking.Variants[0].BestRank, ranking.Variants[0].WorstRank));
        Assert.Contains("no bound", ranking.Limit, StringComparison.Ordinal);
        Assert.All(ranking.Variants, variant => Assert.True(double.IsFinite(variant.Strength)));

        var only = new PairwiseOutcomes(2);
        only.Add(7, 1, 0, 0);
        var one = Ranking.Of(only, 0.95, new Random(1))!;
        Assert.Equal([(1, 2), (1, 2)], one.Variants.Select(variant => (variant.BestRank, variant.WorstRank)));
        Assert.Null(one.Variants[0].Interval);
        Assert.Contains("one scenario", one.Limit, StringComparison.Ordinal);
        Assert.Null(Ranking.Of(new PairwiseOutcomes(2), 0.95, new Random(1)));
    }

    [Fact]
    public void Renaming_variants_renames_the_ranking_and_swapped_pairs_are_the_same()
    {
        var (plain, swapped) = (new PairwiseOutcomes(3), new PairwiseOutcomes(3));
        var random = new Random(2);
        for (var scenario = 0; scenario < 40; scenario++)
        {
            foreach (var (first, second) in ((int, int)[])[(0, 1), (0, 2), (1, 2)])
            {
                var outcome = random.Next(-1, 2);
                plain.Add(scenario, first, second, outcome);
                swapped.Add(scenario, second, first, -outcome);
            }
        }

        var (one, other) = (Ranking.Of(plain, 0.95, new Random(1))!, Ranking.Of(swapped, 0.95, new Random(1))!);
        Assert.Equal(one.Variants, other.Variants);
    }

    [Fact]
    public void Senseless_comparisons_are_refused()
    {
        var outcomes = new PairwiseOutcomes(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => outcomes.Add(0, 1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => outcomes.Add(0, 0, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => outcomes.Add(0, 0, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairwiseOutcomes(1));
    }

    private static readonly Lazy<double[]> Limit = new(() =>
        DavidsonModel.Fit(PairCounts.Of(4, Draw(new Random(1), [0.6, 0.2, 0.2, -1.0], 40_000).ByUnit)).Strengths);

    // Each scenario suits some variants better; ties where strengths are near.
    private static PairwiseOutcomes Draw(Random random, double[] strengths, int scenarios)
    {
        var outcomes = new PairwiseOutcomes(strengths.Length);
        for (var scenario = 0; scenario < scenarios; scenario++)
        {
            double[] own = [.. strengths.Select(strength => strength + (0.8 * random.Normal()))];
            for (var i = 0; i < own.Length; i++)
            {
                for (var j = i + 1; j < own.Length; j++)
                {
                    var (win, tie) = (Math.Exp((own[i] - own[j]) / 2), 0.5);
                    var draw = random.NextDouble() * (win + (1 / win) + tie);
                    outcomes.Add(scenario, i, j, draw < win ? 1 : draw < win + tie ? 0 : -1);
                }
            }
        }

        return outcomes;
    }
}

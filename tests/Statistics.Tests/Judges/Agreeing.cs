using FunctionsEval.Statistics.Agreement;

namespace FunctionsEval.Statistics.Tests.Judges;

public sealed class Agreeing
{
    private const double None = double.NaN;

    // Krippendorff's own example: four observers, twelve units; he gives .743, .815 and .849.
    private static readonly double[] Example =
    [
        1, 1, None, 1, 2, 2, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 2, 3, 4,
        4, 4, 4, 4, 1, 1, 2, 1, 2, 2, 2, 2, None, 5, 5, 5, None, None, 1, 1, None, 3, None, None,
    ];

    // R: v <- sort(unique(x)); o <- matrix(0,length(v),length(v)), each unit's ordered pairs of ratings adding 1/(m-1); n <- rowSums(o)
    //    d <- squared distances: p != q; (sum(n[p:q])-(n[p]+n[q])/2)^2; (v[p]-v[q])^2;  1-(sum(n)-1)*sum(o*d)/sum(outer(n,n)*d)
    [Theory]
    [InlineData(RatingScale.Nominal, 0.74342105263157898)]
    [InlineData(RatingScale.Ordinal, 0.81538750375488134)]
    [InlineData(RatingScale.Interval, 0.84910714285714284)]
    public void Krippendorffs_example_comes_out(RatingScale scale, double expected) =>
        Assert.Equal(expected, KrippendorffsAlpha.Of(Example, 4, scale)!.Value, 1e-13);

    [Theory]
    [InlineData(RatingScale.Nominal)]
    [InlineData(RatingScale.Ordinal)]
    [InlineData(RatingScale.Interval)]
    public void Two_values_are_the_same_on_every_scale(RatingScale scale) =>

        // R: the same of rbind(c(0,1,1,0,1,0,0,1,1,1), c(0,1,0,0,1,0,1,1,1,1))
        Assert.Equal(
            0.60416666666666674,
            KrippendorffsAlpha.Of([0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1], 2, scale)!.Value,
            1e-13);

    [Theory]
    [InlineData(RatingScale.Nominal)]
    [InlineData(RatingScale.Ordinal)]
    [InlineData(RatingScale.Interval)]
    public void Permuting_items_and_raters_and_a_linear_change_alter_nothing(RatingScale scale)
    {
        var random = new Random(167);
        double[] changed = [.. Example.Chunk(4).Shuffled(random).SelectMany(item => item.Shuffled(random)).Select(rating => (rating * 3) - 100)];

        Assert.Equal(KrippendorffsAlpha.Of(Example, 4, scale)!.Value, KrippendorffsAlpha.Of(changed, 4, scale)!.Value, 1e-12);
    }

    [Fact]
    public void Alpha_is_1_when_all_agree_and_near_0_by_chance()
    {
        var random = new Random(173);

        Assert.Equal(1, KrippendorffsAlpha.Of([1, 1, 2, 2, 3, 3], 2, RatingScale.Ordinal));
        Assert.InRange(KrippendorffsAlpha.Of(Simulation.Draw(20_000, () => random.Next(4)), 2, RatingScale.Nominal)!.Value, -0.03, 0.03);
    }

    [Fact]
    public void Alpha_is_null_where_nothing_can_be_told()
    {
        Assert.Null(KrippendorffsAlpha.Of([], 2, RatingScale.Nominal));
        Assert.Null(KrippendorffsAlpha.Of([1, None, None, 2], 2, RatingScale.Nominal));
        Assert.Null(KrippendorffsAlpha.Of([1, 1, 1, 1], 2, RatingScale.Nominal));
        Assert.Null(KrippendorffsAlpha.Of([0.0, -0.0, 0.0, 0.0], 2, RatingScale.Interval));
    }

    // R: the units with one more of every pair of values, each 1/25 of a unit; d as above, w <- within units, f <- drop(d%*%n)/sum(n), e <- sum(n*f)/sum(n), o <- 2*sum(w)/sum(n)
    //    i <- (2*w-m*o)/sum(n); j <- 2*(sum of f - m*e)/(sum(n)-1); by cluster; v, a and b as for kappa, with e*sum(n)/(sum(n)-1) in the place of e
    [Theory]
    [InlineData(RatingScale.Nominal, false, 0.3842260802741949)]
    [InlineData(RatingScale.Nominal, true, 0.3783820619614049)]
    [InlineData(RatingScale.Ordinal, false, 0.2841205405974792)]
    [InlineData(RatingScale.Ordinal, true, 0.142800949576571)]
    [InlineData(RatingScale.Interval, false, 0.09342970081706281)]
    [InlineData(RatingScale.Interval, true, -0.1510025783464954)]
    public void The_interval_of_alpha_agrees_with_R(RatingScale scale, bool isClustered, double lower)
    {
        int[] clusters = isClustered ? [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5] : [];

        var interval = KrippendorffsAlpha.Of(Example, 4, scale, clusters, 0.95)!.Interval!;

        Assert.Equal(lower, interval.Lower, 1e-10);
        Assert.Equal(1, interval.Upper);
    }

    [Fact]
    public void The_interval_of_alpha_comes_from_whole_units_and_from_their_clusters()
    {
        var random = new Random(5);

        // Two raters of 60 answers, who agree on three of four; each answer is there four times in the clustered case.
        double[] alone = [.. Enumerable.Range(0, 60).SelectMany(_ => Draw(random))];
        double[] copied = [.. alone.Chunk(2).SelectMany(pair => Enumerable.Repeat(pair, 4)).SelectMany(pair => pair)];
        int[] clusters = [.. Enumerable.Range(0, 240).Select(unit => unit / 4)];

        var once = KrippendorffsAlpha.Of(alone, 2, RatingScale.Nominal, [], 0.95)!;
        var clustered = KrippendorffsAlpha.Of(copied, 2, RatingScale.Nominal, clusters, 0.95)!;
        var naive = KrippendorffsAlpha.Of(copied, 2, RatingScale.Nominal, [], 0.95)!;

        Assert.Equal((60, 120), (once.Units, once.Ratings));
        Assert.InRange(once.Alpha, once.Interval!.Lower, once.Interval.Upper);
        Assert.Equal(Width(once), Width(clustered), 0.05);
        Assert.InRange(Width(naive) / Width(clustered), 0.4, 0.6);

        static double[] Draw(Random random) => random.Next(2) is var one && random.Next(2) == 0 ? [one, one] : [one, random.Next(2)];
        static double Width(AlphaResult result) => result.Interval!.Upper - result.Interval.Lower;
    }

    [Fact]
    public void Agreement_that_was_perfect_so_far_has_an_interval()
    {
        // R: the commands of both tests above
        var alpha = KrippendorffsAlpha.Of([.. Enumerable.Range(0, 24).Select(rating => (double)(rating / 2 % 3))], 2, RatingScale.Ordinal, [], 0.95)!;
        var kappa = CohensKappa.Of([1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2], [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2], KappaWeights.None, [], 0.95)!;

        Assert.Equal((1, 1), (alpha.Alpha, alpha.Interval!.Upper));
        Assert.Equal(0.6392123595230563, alpha.Interval.Lower, 1e-12);
        Assert.Equal((1, 1), (kappa.Kappa, kappa.Interval!.Upper));
        Assert.Equal(0.6787039664112925, kappa.Interval.Lower, 1e-12);
        Assert.Null(KrippendorffsAlpha.Of([1, 2], 2, RatingScale.Nominal, [], 0.95)!.Interval);

        // Of thirty answers one is rated otherwise, by both: had that been chance, it tells nothing.
        double[] rare = [0, .. Enumerable.Repeat(1.0, 29)];
        Assert.Equal(new ConfidenceInterval(-1, 1, 0.95), CohensKappa.Of(rare, rare, KappaWeights.None, [], 0.95)!.Interval);
    }

    // R: n <- table(x,y)+1/9; p <- n/13; w <- weights; o <- 1-sum(w*p); r <- drop(w%*%colSums(p)); k <- drop(t(w)%*%rowSums(p)); e <- 1-sum(rowSums(p)*r); q <- qt(.975,11)
    //    f <- (1-w-o)/13; g <- (2*(1-e)-outer(r,k,"+"))/13; v <- 13/12*c(sum(n*f^2),sum(n*g^2),sum(n*f*g)); a <- e^2-q^2*v[2]; b <- o*e-q^2*v[3]
    //    1-(b+c(1,-1)*sqrt(b^2-a*(o^2-q^2*v[1])))/a, cut at 1
    [Theory]
    [InlineData(KappaWeights.None, 0.625, 0.75, 0.3333333333333333, 0.1480502785265515, 1)]
    [InlineData(KappaWeights.Linear, 0.625, 0.8333333333333334, 0.5555555555555556, 0.09832803123411871, 1)]
    [InlineData(KappaWeights.Quadratic, 0.625, 0.875, 0.6666666666666666, -0.05474673821853937, 1)]
    public void Kappa_agrees_with_R(KappaWeights weights, double kappa, double observed, double expected, double lower, double upper)
    {
        var result = CohensKappa.Of([1, 1, 2, 3, 3, 3, 2, 1, 2, 2, 1, 3], [1, 2, 2, 3, 3, 1, 2, 1, 2, 3, 1, 3], weights, [], 0.95)!;

        Assert.Equal(kappa, result.Kappa!.Value, 1e-13);
        Assert.Equal(observed, result.ObservedAgreement, 1e-13);
        Assert.Equal(expected, result.ExpectedAgreement, 1e-13);
        Assert.Equal(lower, result.Interval!.Lower, 1e-10);
        Assert.Equal(upper, result.Interval.Upper, 1e-10);
        Assert.Equal(1 / 3.0, result.BaseRate, 1e-14);
    }

    [Fact]
    public void Kappa_is_low_despite_agreement_when_one_answer_dominates()
    {
        double[] first = [.. Enumerable.Repeat(1.0, 95), 0, 0, 0, 1, 1];
        double[] second = [.. Enumerable.Repeat(1.0, 95), 1, 1, 1, 0, 0];
        var result = CohensKappa.Of(first, second, KappaWeights.None, [], 0.95)!;

        Assert.Equal(0.95, result.ObservedAgreement, 1e-12);
        Assert.True(result.Kappa < 0);
        Assert.Equal(0.975, result.BaseRate, 1e-12);
    }

    [Fact]
    public void Kappa_ignores_the_order_of_raters_and_which_way_the_scale_runs()
    {
        double[] first = [1, 1, 2, 3, 3, 3, 2, 1, 2, 2, 1, 3];
        double[] second = [1, 2, 2, 3, 3, 1, 2, 1, 2, 1, 1, 3];
        var one = CohensKappa.Of(first, second, KappaWeights.Linear, [], 0.95)!;
        var other = CohensKappa.Of([.. second.Select(x => 4 - x)], [.. first.Select(x => 4 - x)], KappaWeights.Linear, [], 0.95)!;

        Assert.Equal(one.Kappa!.Value, other.Kappa!.Value, 1e-12);
        Assert.Equal(one.Interval!.Lower, other.Interval!.Lower, 1e-12);
    }

    [Fact]
    public void Kappa_is_null_without_items_or_with_one_category()
    {
        Assert.Null(CohensKappa.Of([], [], KappaWeights.None, [], 0.95));
        Assert.Null(CohensKappa.Of([4, 4], [4, 4], KappaWeights.None, [], 0.95)!.Kappa);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.85)]
    public void Intervals_of_agreement_cover(double baseRate)
    {
        var alpha = Simulation.Rate(300, 3, random => Study(random) is var study
            && KrippendorffsAlpha.Of([.. study.First.Zip(study.Second).SelectMany(pair => new[] { pair.First, pair.Second })], 2, RatingScale.Nominal, [], 0.95)!.Interval!.Contains(0.7));
        var kappa = Simulation.Rate(1_000, 3, random => Study(random) is var study
            && CohensKappa.Of(study.First, study.Second, KappaWeights.None, [], 0.95)!.Interval!.Contains(0.7));

        // Few answers, one verdict rare, and hardly any agreement beyond chance.
        var few = Simulation.Rate(1_000, 3, random => Study(random, 30, 0.3) is var study
            && CohensKappa.Of(study.First, study.Second, KappaWeights.None, [], 0.95)?.Interval?.Contains(0.3) != false);

        // Three standard errors below 94%.
        Assert.InRange(alpha, 0.899, 1);
        Assert.InRange(kappa, 0.917, 1);
        Assert.InRange(few, 0.917, 1);

        (double[] First, double[] Second) Study(Random random, int answers = 100, double repeated = 0.7) =>
            Repeating(random, answers, repeated, random => random.NextDouble() < baseRate ? 1 : 0);
    }

    /// <summary>The table of docs/statistics.md: <c>dotnet run -c Release --project tests/Statistics.Tests -- -explicit only -method "*The_table_of_agreement" -showLiveOutput</c>.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Simulation")]
    public void The_table_of_agreement()
    {
        const int Studies = 4_000;
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("| answers | ratings | alpha, truly 0.3 | 0.7 | 0.9 | kappa, truly 0.3 | 0.7 | 0.9 |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (answers, kind) in from answers in (int[])[10, 30, 100, 300] from kind in (string[])["half pass", "85% pass", "95% pass", "1 to 5, mostly 5"] select (answers, kind))
        {
            var isRating = kind.StartsWith('1');
            double[] truths = [0.3, 0.7, 0.9];
            var alpha = truths.Select(truth => Covered(truth, study => KrippendorffsAlpha.Of(
                [.. study.First.Zip(study.Second).SelectMany(pair => new[] { pair.First, pair.Second })], 2, isRating ? RatingScale.Ordinal : RatingScale.Nominal, [], 0.95)?.Interval));
            var kappa = truths.Select(truth => Covered(truth, study => CohensKappa.Of(study.First, study.Second, isRating ? KappaWeights.Quadratic : KappaWeights.None, [], 0.95)?.Interval));
            var cells = alpha.Concat(kappa).Select(one => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * one.Rate:0.0} / {one.Width:0.00}"));
            output.WriteLine($"| {answers} | {kind} | {string.Join(" | ", cells)} |");

            (double Rate, double Width) Covered(double truth, Func<(double[] First, double[] Second), ConfidenceInterval?> interval)
            {
                var (hits, widths) = (0, default(RunningMoments));
                for (var study = 0; study < Studies; study++)
                {
                    var random = Simulation.Draws(3, study);
                    if (interval(Repeating(random, answers, truth, Rating)) is { } known)
                    {
                        hits += known.Contains(truth) ? 1 : 0;
                        widths.Add(known.Upper - known.Lower);
                    }
                }

                // Where there is none, for all ratings are alike, nothing is missed.
                return ((hits + Studies - widths.Count) / (double)Studies, widths.Mean);
            }

            double Rating(Random random) => (kind, random.NextDouble()) switch
            {
                ("half pass", var draw) => draw < 0.5 ? 1 : 0,
                ("85% pass", var draw) => draw < 0.85 ? 1 : 0,
                ("95% pass", var draw) => draw < 0.95 ? 1 : 0,
                var (_, draw) => draw < 0.6 ? 5 : draw < 0.8 ? 4 : draw < 0.9 ? 3 : draw < 0.95 ? 2 : 1,
            };
        }
    }

    // A second rater who repeats the first one's answer in a share of the answers and else draws anew: kappa and alpha are that share, whatever the law and the distances.
    private static (double[] First, double[] Second) Repeating(Random random, int answers, double repeated, Func<Random, double> draw)
    {
        double[] first = [.. Simulation.Draw(answers, () => draw(random))];
        return (first, [.. first.Select(one => random.NextDouble() < repeated ? one : draw(random))]);
    }

    [Fact]
    public void A_judge_that_likes_length_is_seen_and_scenarios_do_not_pass_for_it()
    {
        // R: s <- c(3,4,2,5,3,4,1,2,5,4); l <- c(120,150,80,200,110,90,60,100,180,170); r <- cor(s,l); zx, zy standardized by n
        //    f <- zx*zy-r*(zx^2+zy^2)/2; tanh(atanh(r)+c(-1,1)*qt(.975,9)*sqrt(sum(f^2)*10/9)/10/(1-r^2))
        var units = Enumerable.Range(0, 10).ToArray();
        var golden = LengthBias.Of([3, 4, 2, 5, 3, 4, 1, 2, 5, 4], [120, 150, 80, 200, 110, 90, 60, 100, 180, 170], units, units, 0.95)!;
        Assert.Equal(0.8749463485413818, golden.Correlation, 1e-13);
        Assert.Equal(0.3454434893387942, golden.Interval!.Lower, 1e-12);
        Assert.Equal(0.9818778275791965, golden.Interval.Upper, 1e-12);
        Assert.False(golden.IsWithinItems);

        // Hard questions have short answers and low scores, but of the answers to one question the longer one is not preferred.
        var covered = Simulation.Rate(1_000, 9, random =>
        {
            double[] levels = random.Normals(60);
            int[] items = [.. Enumerable.Range(0, 240).Select(answer => answer / 4)];
            var within = LengthBias.Of([.. items.Select(item => levels[item] + random.Normal())], [.. items.Select(item => (3 * levels[item]) + random.Normal())], items, items, 0.95)!;
            return within.IsWithinItems && within.Interval!.Contains(0);
        });
        Assert.InRange(covered, 0.93, 0.98);
        Assert.Null(LengthBias.Of([1, 1, 1], [1, 2, 3], [0, 1, 2], [0, 1, 2], 0.95));
    }

    [Fact]
    public void Senseless_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => KrippendorffsAlpha.Of([1, 2, 3], 2, RatingScale.Nominal));
        Assert.Throws<ArgumentOutOfRangeException>(() => KrippendorffsAlpha.Of([1], 1, RatingScale.Nominal));
        Assert.Throws<ArgumentOutOfRangeException>(() => KrippendorffsAlpha.Of([1, double.PositiveInfinity], 2, RatingScale.Nominal));
        Assert.Throws<ArgumentOutOfRangeException>(() => KrippendorffsAlpha.Of([1, 2], 2, (RatingScale)9));
        Assert.Throws<ArgumentException>(() => CohensKappa.Of([1, 2], [1], KappaWeights.None, [], 0.95));
    }
}

using FunctionsEval.Statistics.Inference;

namespace FunctionsEval.Statistics.Tests.Inference;

/// <summary>One design, one test: numbers from R, and that none of them contradicts another.</summary>
public sealed class Comparing_two_variants
{
    internal static readonly double[] Twelve = [.3, -.1, .5, .2, .4, -.2, .6, .1, .35, .25, -.05, .45];
    private static readonly ComparisonDesign Free = new(ScoreScale.Unbounded);

    [Fact]
    public void Few_cluster_means_take_a_t_test_that_agrees_with_R_and_say_what_it_assumes()
    {
        // R: t.test(c(.4, .1, .7))
        var comparison = Compare([.4, .4, .1, .7, .7, .7], Free with { IsClustered = true }, [1, 1, 2, 3, 3, 3]);

        Assert.Equal(0.147197134577558, comparison.PValue!.Value, 1e-9);
        Assert.Equal(-0.345241313525099, comparison.Interval!.Lower, 1e-7);
        Assert.Equal(1.145241313525099, comparison.Interval.Upper, 1e-7);
        Assert.Equal(0.4, comparison.Effect!.Value, 1e-12);
        Assert.Equal("With 3 clusters it holds if their differences are roughly normal. Each cluster counts once.", comparison.Assumption);
    }

    [Fact]
    public void Three_to_nine_items_take_a_t_test_that_agrees_with_R()
    {
        // R: t.test(c(.5, .25, -.25, .5, .75, 0, .25, 1))
        var comparison = Compare([.5, .25, -.25, .5, .75, 0, .25, 1], Free);

        Assert.Equal(0.0331455002637737, comparison.PValue!.Value, 1e-9);
        Assert.Equal(0.0398460153307106, comparison.Interval!.Lower, 1e-7);
        Assert.Equal(0.7101539846692894, comparison.Interval.Upper, 1e-7);
        Assert.StartsWith("With 8 scenarios", comparison.Assumption, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_seen_is_no_proof_that_nothing_is_there()
    {
        var scale = ScoreScale.PassOrFail;
        var ties = Compare(new double[10], new ComparisonDesign(scale, 5, Margin: 0.1));
        var unknown = Compare(new double[10], Free with { Margin = 0.1 });

        // One item of many may differ by all of the scale. R: 1 - .025^(1/10)
        Assert.Equal(0.308497107818759, ties.Interval!.Upper, 1e-6);
        Assert.Equal(-ties.Interval.Upper, ties.Interval.Lower, 1e-9);
        Assert.Equal((null, null), (unknown.Interval, unknown.EquivalencePValue));
        Assert.Contains("give the scorer min and max", unknown.Limit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Ties_at_any_score_of_the_scale_say_the_same(int level)
    {
        // Whether all answers are rated 1 or 2 tells nothing of what a scorer is: both were once decided differently.
        var scores = Enumerable.Repeat(RunningMoments.Of([level]), 40).ToArray();
        var comparison = Comparison.Of(PairedSamples.Of(scores, scores, []), new ComparisonDesign(ScoreScale.Between(1, 5), Margin: 0.5), new Random(1));

        // R: 4*(1 - .05^(1/40))
        Assert.Equal(0.288630098270441, comparison.Interval!.Upper, 1e-6);
        Assert.InRange(comparison.EquivalencePValue!.Value, 0, 0.05);
    }

    [Fact]
    public void Scores_near_a_million_millions_that_differ_by_one_differ_by_one()
    {
        var random = new Random(3);
        var second = Enumerable.Range(0, 30).Select(_ => 1e12 + random.Next(1_000)).ToArray();
        var comparison = Comparison.Of(
            PairedSamples.Of([.. second.Select(score => RunningMoments.Of([score + 1 + (random.Next(3) - 1)]))], [.. second.Select(score => RunningMoments.Of([score]))], []), Free, random);

        Assert.InRange(comparison.Effect!.Value, 0.5, 1.5);
        Assert.InRange(comparison.PValue!.Value, 0, 1e-4);
        Assert.InRange(comparison.Interval!.Upper - comparison.Interval.Lower, 0.1, 1.5);
    }

    [Fact]
    public void Means_that_differ_by_rounding_do_not_differ()
    {
        var (first, second) = (RunningMoments.Of([0.1, 0.2, 0.3, 0.7, 0.9, 0.15]), RunningMoments.Of([0.9, 0.15, 0.7, 0.3, 0.2, 0.1]));
        var comparison = Comparison.Of(
            PairedSamples.Of([.. Enumerable.Repeat(first, 30)], [.. Enumerable.Repeat(second, 30)], []), new ComparisonDesign(ScoreScale.Between(0, 1), 3), new Random(1));

        Assert.NotEqual(first.Mean, second.Mean);
        Assert.Equal((1, 0), (comparison.PValue, comparison.Effect));
    }

    [Theory]
    [InlineData(0, false, "No item has a score of both variants.")]
    [InlineData(1, false, "Only one item has a score of both variants: nothing tells how much items differ.")]
    [InlineData(40, true, "All items belong to one cluster: nothing tells how much clusters differ.")]
    public void One_unit_has_no_number_and_a_reason(int items, bool isClustered, string limit)
    {
        var comparison = Compare([.. Enumerable.Range(0, items).Select(item => item % 3.0)], Free with { IsClustered = isClustered }, new int[items]);

        Assert.Equal((null, null, limit), (comparison.Interval, comparison.PValue, comparison.Limit));
    }

    [Theory]
    [InlineData("scenarios")]
    [InlineData("few")]
    [InlineData("clusters")]
    [InlineData("passes")]
    [InlineData("many passes")]
    [InlineData("skewed")]
    [InlineData("sparse")]
    public void The_interval_holds_what_the_test_does_not_reject(string kind)
    {
        var random = new Random(17);
        for (var trial = 0; trial < 8; trial++)
        {
            var (differences, design, clusters) = Draw(kind, random);
            var units = UnitSums.Of(differences, clusters);
            (double Min, double Max)? ends = design.Scale.Range is { } range ? (-range, range) : null;
            var comparison = Compare(differences, design, clusters, seed: 5);
            var tails = Method.Of(design.Scale, design.SamplesPerItem, design.IsClustered, units, ends, isDifference: true, new Random(5)).Tails;
            tails.Sharpen(0);
            var (lower, upper) = (comparison.Interval!.Lower, comparison.Interval.Upper);
            var inside = (upper - lower) / 50;

            Assert.True(tails.TwoSided(lower + inside) > 0.05);
            Assert.True(tails.TwoSided(upper - inside) > 0.05);
            Assert.True(tails.TwoSided(lower - inside) <= 0.05 || lower.Equals(ends?.Min));
            Assert.True(tails.TwoSided(upper + inside) <= 0.05 || upper.Equals(ends?.Max));
            Assert.Equal(comparison.PValue > 0.05, lower <= 0 && 0 <= upper);
        }
    }

    [Theory]
    [InlineData("scenarios")]
    [InlineData("clusters")]
    [InlineData("passes")]
    [InlineData("sparse")]
    public void Changing_places_changes_the_sign_and_order_and_labels_change_nothing(string kind)
    {
        var random = new Random(19);
        var (differences, design, clusters) = Draw(kind, random);
        int[] order = [.. Enumerable.Range(0, differences.Length).Shuffled(random)];
        var here = Compare(differences, design, clusters);
        var back = Compare([.. differences.Select(difference => -difference)], design, clusters);
        var mixed = Compare([.. order.Select(item => differences[item])], design, [.. order.Where(_ => clusters.Length > 0).Select(item => 100 - clusters[item])]);

        Assert.Equal(here.PValue!.Value, back.PValue!.Value, 1e-9);
        Assert.Equal(here.Interval!.Lower, -back.Interval!.Upper, 1e-7);
        Assert.Equal(here.PValue.Value, mixed.PValue!.Value, 1e-9);
        Assert.Equal(here.Interval.Lower, mixed.Interval!.Lower, 1e-7);
    }

    [Fact]
    public void Skewed_differences_are_said_and_need_more()
    {
        double[] skewed = [.. Enumerable.Repeat(0.1, 18).Select((value, item) => value + (item / 100.0)), 4, 6];
        var comparison = Compare(skewed, Free);

        Assert.Equal("SKEWED_DIFFERENCES", Assert.Single(comparison.Warnings).Code);
        Assert.Contains("bootstrap-t", comparison.Method, StringComparison.Ordinal);
        Assert.Equal(comparison.Interval, Compare(skewed, Free).Interval);
        Assert.Empty(Compare(Twelve, Free).Warnings);
    }

    [Fact]
    public void These_very_scenarios_are_a_question_of_their_own()
    {
        // R: v <- function(x) sapply(x, var)/4/9; V <- sum(v(a)) + sum(v(b)); df <- V^2/(sum(v(a)^2/3) + sum(v(b)^2/3)); eff + c(-1,1)*qt(.975,df)*sqrt(V)
        RunningMoments[] first = [RunningMoments.Of([1, 2, 3, 2]), RunningMoments.Of([4, 5, 4, 4]), RunningMoments.Of([2, 2, 3, 1])];
        RunningMoments[] second = [RunningMoments.Of([1, 1, 2, 2]), RunningMoments.Of([3, 4, 4, 3]), RunningMoments.Of([2, 1, 1, 2])];

        var fixedItems = Comparison.Of(PairedSamples.Of(first, second, []), Free with { SamplesPerItem = 4 }, new Random(1)).OnTheseItems!;

        Assert.Equal(0.5833333333333334, fixedItems.Effect, 1e-12);
        Assert.Equal(0.0142196578849156, fixedItems.Interval.Lower, 1e-9);
        Assert.Equal(1.1524470087817511, fixedItems.Interval.Upper, 1e-9);
        Assert.Equal(0.0451714581691265, fixedItems.PValue, 1e-9);
        Assert.Null(Compare(Twelve, Free).OnTheseItems);
    }

    [Fact]
    public void Three_prompts_with_thirty_samples_say_something_about_these_three()
    {
        var random = new Random(23);
        RunningMoments Passes(double rate) => RunningMoments.Of([.. Enumerable.Range(0, 30).Select(_ => random.NextDouble() < rate ? 1.0 : 0)]);

        var comparison = Comparison.Of(
            PairedSamples.Of([Passes(0.9), Passes(0.8), Passes(0.95)], [Passes(0.4), Passes(0.5), Passes(0.3)], []),
            new ComparisonDesign(ScoreScale.PassOrFail, 30),
            random);

        Assert.InRange(comparison.OnTheseItems!.PValue, 0, 1e-6);
        Assert.NotNull(comparison.Interval);
        Assert.InRange(comparison.PValue!.Value, 1e-6, 1);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void A_confidence_that_is_none_is_refused(double confidence) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Compare(Twelve, Free with { Confidence = confidence }));

    private static (double[] Differences, ComparisonDesign Design, int[] Clusters) Draw(string kind, Random random) => kind switch
    {
        "scenarios" => (random.Normals(25), Free, []),
        "few" => (random.Normals(5), Free, []),
        "clusters" => (random.Normals(60), Free with { IsClustered = true }, [.. Enumerable.Range(0, 60).Select(item => item < 20 ? 0 : item / 3)]),
        "passes" => (Simulation.Draw(40, () => random.Next(2) - random.Next(2)), new ComparisonDesign(ScoreScale.PassOrFail), []),
        "many passes" => (Simulation.Draw(400, () => random.Next(2) - random.Next(2)), new ComparisonDesign(ScoreScale.PassOrFail), []),
        "skewed" => (Simulation.Draw(30, () => Math.Exp(random.Normal())), Free, []),
        "sparse" => (Simulation.Draw(30, () => random.Next(5) == 0 ? (random.Next(3) - 1) / 5.0 : 0), new ComparisonDesign(ScoreScale.PassOrFail, 5), []),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown"),
    };

    private static Comparison Compare(double[] differences, ComparisonDesign design, int[]? clusters = null, int seed = 1) => Comparison.Of(
        PairedSamples.Of([.. differences.Select(value => RunningMoments.Of([value]))], [.. differences.Select(_ => RunningMoments.Of([0]))], clusters ?? []), design, new Random(seed));
}

using FunctionsEval.Statistics.Comparisons;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Statistics.Tests.Verdicts;

public sealed class Deciding_differences
{
    private static readonly VerdictOptions WithMargin = new(Margin: 0.2);

    [Fact]
    public void Pass_or_fail_with_one_sample_is_decided_by_the_test_of_McNemar()
    {
        var evidence = Test(PassOrFail(both: 20, onlyFirst: 12, onlySecond: 2, neither: 6));

        // R: binom.test(2, 14)$p.value - dbinom(2, 14, .5); d <- c(rep(0,26),rep(1,13),rep(-1,3)); mean(d)+c(-1,1)*qt(.975,41)*sd(d)/sqrt(42)
        Assert.Equal(0.00738525390625, evidence.PValue!.Value, 1e-12);
        Assert.Equal(0.0584939431023133, evidence.Interval!.Lower, 1e-12);
        Assert.Equal(0.4176965330881629, evidence.Interval.Upper, 1e-12);
        Assert.Equal(0.25, evidence.Effect!.Value, 1e-15);
        Assert.StartsWith("McNemar's mid-p test", evidence.Method, StringComparison.Ordinal);
        Assert.Equal(Verdict.Better, Decide(WithMargin, evidence).Verdict);
    }

    [Fact]
    public void Several_samples_are_averaged_inside_items_and_tested_by_signs()
    {
        var first = Enumerable.Range(0, 15).Select(item => 0.2 + (0.05 * item)).ToArray();
        var second = Enumerable.Range(0, 15).Select(item => 0.1 + (0.05 * item) + (item % 5 == 0 ? 0.2 : 0)).ToArray();

        var evidence = Test(new PairedScores(first, second, [.. Enumerable.Range(0, 15)], SamplesPerItem: 4));

        // R: d <- rep(c(-.1,.1,.1,.1,.1),3); sum(dbinom(c(0:3,12:15),15,.5)) - dbinom(3,15,.5); t.test(d)$conf.int
        Assert.Equal(0.021270751953125, evidence.PValue!.Value, 1e-9);
        Assert.Equal(0.0141425316919882, evidence.Interval!.Lower, 1e-12);
        Assert.Equal(0.1058574683080118, evidence.Interval.Upper, 1e-12);
        Assert.Equal("sign-flip test by item (mid-p); t interval of means of up to 4 samples an item", evidence.Method);
    }

    [Theory]
    [InlineData(0, 6, 0.03125, "exact")]
    [InlineData(0, 7, 0.0078125, "mid-p")]
    [InlineData(1, 9, 0.01171875, "mid-p")]
    public void Up_to_six_signs_are_counted_exactly(int losses, int wins, double expected, string words)
    {
        // R: binom.test(losses, losses + wins)$p.value, and for mid-p less dbinom(losses, losses + wins, .5).
        var one = Test(PassOrFail(both: 15, onlyFirst: wins, onlySecond: losses, neither: 15));
        var several = Test(PassOrFail(both: 15, onlyFirst: wins, onlySecond: losses, neither: 15) with { SamplesPerItem = 2 });

        Assert.Equal((expected, expected), (one.PValue!.Value, several.PValue!.Value));
        Assert.StartsWith($"McNemar's {words} test", one.Method, StringComparison.Ordinal);
        Assert.StartsWith($"sign-flip test by item ({words})", several.Method, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_clusters_take_the_clustered_t()
    {
        var random = new Random(5);
        var first = random.Normals(600);
        var second = random.Normals(600);
        int[] clusters = [.. Enumerable.Range(0, 600).Select(item => item / 2)];

        var evidence = Test(new PairedScores(first, second, clusters));

        Assert.Equal(PairedDifference.Of(first, second, clusters)!.PValue(0), evidence.PValue!.Value, 1e-15);
        Assert.Equal((600, 300), (evidence.Items, evidence.Clusters));
        Assert.StartsWith("paired t test with clustered standard errors", evidence.Method, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "No item has a score of both variants.")]
    [InlineData(9, 9, "Only 9 items have a score of both variants; no method holds below 10.")]
    [InlineData(40, 1, "All items belong to one cluster: nothing tells how much clusters differ.")]
    [InlineData(40, 5, "Only 5 clusters; no method holds below 6.")]
    public void Where_no_method_holds_there_is_a_reason_and_no_number(int items, int clusters, string reason)
    {
        var ones = Enumerable.Repeat(1.0, items).ToArray();
        var scores = new PairedScores(ones, new double[items], [.. Enumerable.Range(0, items).Select(item => item % Math.Max(1, clusters))]);

        var decision = Decide(WithMargin, Test(scores, WithMargin));

        Assert.Equal((Verdict.Inconclusive, reason), (decision.Verdict, decision.Reason));
        Assert.Null(decision.Evidence.Interval);
        Assert.Null(decision.Evidence.PValue);
        Assert.Null(decision.AdjustedPValue);
    }

    [Fact]
    public void Answers_that_never_differ_are_equivalent_only_when_the_scale_bounds_what_was_not_seen()
    {
        var same = Enumerable.Range(0, 200).Select(item => item % 3 * 1.0).ToArray();
        int[] own = [.. Enumerable.Range(0, 200)];

        var bounded = Decide(WithMargin, Test(new PairedScores(same, same, own, 3, Range: 2), WithMargin));
        var unbounded = Decide(WithMargin, Test(new PairedScores(same, same, own, 3), WithMargin));

        Assert.Equal(Verdict.Equivalent, bounded.Verdict);
        Assert.Equal((Verdict.Inconclusive, null), (unbounded.Verdict, unbounded.Evidence.Interval));
        Assert.Contains("give the scorer min and max", unbounded.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Means_that_differ_by_rounding_do_not_differ()
    {
        var first = Enumerable.Repeat((0.1 + 0.2 + 0.3) / 3, 30).ToArray();
        var second = Enumerable.Repeat((0.3 + 0.2 + 0.1) / 3, 30).ToArray();

        Assert.NotEqual(first[0], second[0]);
        Assert.Equal(1, Test(new PairedScores(first, second, [.. Enumerable.Range(0, 30)], 3, Range: 1)).PValue);
    }

    [Fact]
    public void Without_a_margin_nothing_is_equivalent()
    {
        var decision = Decide(new VerdictOptions(), Test(PassOrFail(both: 500, onlyFirst: 1, onlySecond: 1, neither: 500)));

        Assert.Equal(Verdict.Inconclusive, decision.Verdict);
        Assert.Contains("without a margin", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_difference_inside_the_margin_is_equivalent()
    {
        var evidence = Test(PassOrFail(both: 500, onlyFirst: 30, onlySecond: 5, neither: 500), WithMargin);

        Assert.InRange(evidence.PValue!.Value, 0, 0.001);
        Assert.Equal(Verdict.Equivalent, Decide(WithMargin, evidence).Verdict);
    }

    [Fact]
    public void Holm_adjusts_over_the_pairs_and_takes_nothing_for_those_without_a_test()
    {
        DifferenceEvidence Evidence(double? p) => new(0.1, null, p, null, "", 50, 50, p is null ? "no items" : null);
        DifferenceEvidence[] all = [Evidence(0.04), Evidence(null), Evidence(0.01), Evidence(0.03)];

        var adjusted = Decisions.Of(all, new VerdictOptions());
        var plain = Decisions.Of(all, new VerdictOptions(Correction: Correction.None));

        // R: p.adjust(c(.04,.01,.03), "holm")
        Assert.Equal([0.06, null, 0.03, 0.06], adjusted.Select(decision => decision.AdjustedPValue));
        Assert.Equal([Verdict.Inconclusive, Verdict.Inconclusive, Verdict.Better, Verdict.Inconclusive], adjusted.Select(decision => decision.Verdict));
        Assert.Equal([Verdict.Better, Verdict.Inconclusive, Verdict.Better, Verdict.Better], plain.Select(decision => decision.Verdict));
        Assert.Contains("adjusted", adjusted[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Changing_places_changes_better_into_worse()
    {
        var scores = PassOrFail(both: 20, onlyFirst: 12, onlySecond: 2, neither: 6);

        var back = Test(scores with { First = scores.Second, Second = scores.First });

        Assert.Equal(Verdict.Worse, Decide(WithMargin, back).Verdict);
        Assert.Equal(-Test(scores).Interval!.Upper, back.Interval!.Lower, 1e-15);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void A_confidence_that_is_none_is_refused(double confidence) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Test(PassOrFail(5, 5, 5, 5), new VerdictOptions(Confidence: confidence)));

    [Fact]
    public void Missing_scores_bound_the_effect_by_the_ends_of_the_scale()
    {
        RunningMoments[] first = [RunningMoments.Of([1, 1]), RunningMoments.Of([1])];
        RunningMoments[] second = [RunningMoments.Of([0, 1]), default];

        var bounds = MissingScores.Bounds(first, second, 2, (0, 1))!;

        // Item 1: 1 - 0.5. Item 2: from (1+0)/2 - 1 to (1+1)/2 - 0.
        Assert.Equal(new EffectBounds(0, 0.75, 3), bounds);
        Assert.Null(MissingScores.Bounds(first.AsSpan(0, 1), second.AsSpan(0, 1), 2, (0, 1)));
    }

    [Fact]
    public void Retried_samples_that_score_lower_are_noticed()
    {
        var (all, retried, items) = (new List<RunningMoments>(), new List<RunningMoments>(), new List<int>());
        for (var item = 0; item < 12; item++)
        {
            all.Add(RunningMoments.Of([4, 5, 2]));
            retried.Add(RunningMoments.Of([2]));
            items.Add(item);
        }

        var shift = RetryShiftTest.Of([.. all], [.. retried], [.. items], 999, new Random(1))!;

        Assert.Equal((12L, 12, -2.5), (shift.RetriedScores, shift.Items, shift.Shift));
        Assert.Equal(2 / 4096.0, shift.PValue!.Value, 1e-15);
        Assert.Null(RetryShiftTest.Of([.. all], new RunningMoments[12], [.. items], 999, new Random(1)));
        Assert.Null(RetryShiftTest.Of([.. all[..3]], [.. retried[..3]], [.. items[..3]], 999, new Random(1))!.PValue);
    }

    private static PairedScores PassOrFail(int both, int onlyFirst, int onlySecond, int neither)
    {
        double[] first = [.. Enumerable.Repeat(1.0, both + onlyFirst), .. new double[onlySecond + neither]];
        double[] second = [.. Enumerable.Repeat(1.0, both), .. new double[onlyFirst], .. Enumerable.Repeat(1.0, onlySecond), .. new double[neither]];
        return new PairedScores(first, second, [.. Enumerable.Range(0, first.Length)], IsPassOrFail: true, Range: 1);
    }

    private static DifferenceEvidence Test(PairedScores scores, VerdictOptions? options = null) =>
        DifferenceTest.Of(scores, options ?? new VerdictOptions(), new Random(1));

    private static Decision Decide(VerdictOptions options, DifferenceEvidence evidence) => Decisions.Of([evidence], options)[0];
}

using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Statistics.Tests.Verdicts;

public sealed class Deciding_differences
{
    private static readonly ComparisonDesign Design = new(ScoreScale.Between(0, 1), 3, Margin: 0.1);

    [Fact]
    public void Holm_adjusts_over_the_pairs_and_takes_nothing_for_those_without_a_test()
    {
        Evidence[] all = [With(0.04), With(null), With(0.01), With(0.03)];

        var adjusted = Decisions.Of(all, Design, Correction.Holm);
        var plain = Decisions.Of(all, Design, Correction.None);

        // R: p.adjust(c(.04,.01,.03), "holm")
        Assert.Equal([0.06, null, 0.03, 0.06], adjusted.Select(decision => decision.AdjustedPValue));
        Assert.Equal([Verdict.Inconclusive, Verdict.Inconclusive, Verdict.Better, Verdict.Inconclusive], adjusted.Select(decision => decision.Verdict));
        Assert.Equal([Verdict.Better, Verdict.Inconclusive, Verdict.Better, Verdict.Better], plain.Select(decision => decision.Verdict));
        Assert.Contains("adjusted", adjusted[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.001, null, 0.05, 0.3, Verdict.Better)]
    [InlineData(0.001, null, -0.01, 0.3, Verdict.Inconclusive)]
    [InlineData(0.8, 0.001, -0.09, 0.09, Verdict.Equivalent)]
    [InlineData(0.8, 0.001, -0.02, 0.11, Verdict.Inconclusive)]
    public void What_missing_scores_could_turn_round_is_not_decided(double difference, double? equivalence, double lower, double upper, Verdict expected)
    {
        var evidence = With(difference, equivalence) with { Bounds = new EffectBounds(lower, upper, 40) };

        var decision = Decisions.Of([evidence], Design, Correction.Holm)[0];

        Assert.Equal(expected, decision.Verdict);
        Assert.Equal(expected == Verdict.Inconclusive, decision.Reason?.StartsWith("40 scores are missing", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_variant_that_often_abstains_is_not_better_for_it()
    {
        // The first answers half of the items and passes those; the second answers all and passes 80%.
        var random = new Random(29);
        var first = Enumerable.Range(0, 100).Select(item => item % 2 == 0 ? RunningMoments.Of([1]) : default).ToArray();
        var second = Enumerable.Range(0, 100).Select(_ => RunningMoments.Of([random.NextDouble() < 0.8 ? 1 : 0])).ToArray();
        var design = new ComparisonDesign(ScoreScale.PassOrFail);
        var comparison = Comparison.Of(PairedSamples.Of(first, second, []), design, random);

        var decision = Decisions.Of([new Evidence(comparison, MissingScores.Bounds(first, second, 1, (0, 1)))], design, Correction.Holm)[0];

        Assert.InRange(comparison.PValue!.Value, 0, 0.05);
        Assert.Equal(Verdict.Inconclusive, decision.Verdict);
    }

    [Fact]
    public void Missing_scores_bound_the_effect_by_the_ends_of_the_scale()
    {
        RunningMoments[] first = [RunningMoments.Of([1, 1]), RunningMoments.Of([1])];
        RunningMoments[] second = [RunningMoments.Of([0, 1]), default];

        // Item 1: 1 - 0.5. Item 2: from (1+0)/2 - 1 to (1+1)/2 - 0.
        Assert.Equal(new EffectBounds(0, 0.75, 3), MissingScores.Bounds(first, second, 2, (0, 1)));
        Assert.Null(MissingScores.Bounds(first.AsSpan(0, 1), first.AsSpan(0, 1), 2, (0, 1)));
    }

    [Fact]
    public void Samples_that_needed_a_second_try_are_compared_with_the_others_of_their_item()
    {
        int[] items = [.. Enumerable.Range(0, 8)];
        RunningMoments[] all = [.. items.Select(item => RunningMoments.Of([0, 0, 1 + item]))];
        RunningMoments[] retried = [.. items.Select(item => RunningMoments.Of([1 + item]))];

        var shift = RetryShiftTest.Of(all, retried, items)!;

        // R: mean(1:8); 2/2^8
        Assert.Equal((8L, 8), (shift.RetriedScores, shift.Items));
        Assert.Equal(4.5, shift.Shift!.Value, 1e-12);
        Assert.Equal(0.0078125, shift.PValue!.Value, 1e-12);
        Assert.Null(RetryShiftTest.Of(all.AsSpan(0, 5), retried.AsSpan(0, 5), items.AsSpan(0, 5))!.PValue);
        Assert.Null(RetryShiftTest.Of(all, new RunningMoments[8], items));
    }

    private static Evidence With(double? difference, double? equivalence = null) => new(new Comparison(
        0.1, null, difference, equivalence, "", null, [], 50, 50, difference is null ? "no items" : null));
}

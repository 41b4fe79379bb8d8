using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Statistics.Tests.Verdicts;

public sealed class Telling_in_one_sentence
{
    private static readonly ComparisonDesign Design = new(ScoreScale.PassOrFail, 5, Margin: 0.05);
    private static readonly ComparisonSentence Sentence = new("terse", "plain", ScoreScale.PassOrFail, Design);

    [Fact]
    public void A_difference() => Assert.Equal(
        "terse is better than plain by 12.1 points (95%: 8.4 to 15.9), 200 scenarios, p < 0.0001.",
        Sentence.Of(Decided(Verdict.Better, 0.121, (0.084, 0.159), 1e-20)));

    [Fact]
    public void A_difference_the_other_way() => Assert.Equal(
        "terse is worse than plain by 12.1 points (95%: 8.4 to 15.9), 200 scenarios, p = 0.012.",
        Sentence.Of(Decided(Verdict.Worse, -0.121, (-0.159, -0.084), 0.012)));

    [Fact]
    public void A_metric_where_less_is_better() => Assert.Equal(
        "terse is better than plain by 0.121 (95%: 0.084 to 0.159), 200 scenarios, p < 0.001.",
        (Sentence with { Scale = ScoreScale.Unbounded, HigherIsBetter = false }).Of(Decided(Verdict.Worse, -0.121, (-0.159, -0.084), 0.0004)));

    [Fact]
    public void No_difference_shown() => Assert.Equal(
        "No difference shown between terse and plain; differences beyond 2.8 points are excluded, 200 scenarios, p = 0.41.",
        (Sentence with { Design = Design with { Margin = null } }).Of(Decided(Verdict.Inconclusive, 0.01, (-0.008, 0.028), 0.41)));

    // R: s <- .06/qt(.975, 199)*sqrt(200); ceiling(power.t.test(delta = .05, sd = s, power = .8, type = "paired", strict = TRUE)$n) - 200
    [Fact]
    public void Too_few_scenarios() => Assert.Equal(
        "Too few scenarios to tell terse from plain: 384 more would do for 5.0 points (95%: -4.0 to 8.0), 200 scenarios.",
        Sentence.Of(Decided(Verdict.Inconclusive, 0.02, (-0.04, 0.08), 0.51)));

    /// <summary>What the sentence asks for is enough: no event in 36 scenarios excludes a rate of 10%.</summary>
    [Theory]
    [InlineData(12, 24)]
    [InlineData(20, 16)]
    public void Too_few_scenarios_where_none_differs(int items, int more)
    {
        var sentence = Sentence with { Design = Design with { Margin = 0.1 } };
        var told = Decisions.Of([new Evidence(Alike(items, sentence.Design))], sentence.Design, Correction.Holm)[0];

        Assert.StartsWith($"Too few scenarios to tell terse from plain: {more} more would do for 10.0 points", sentence.Of(told), StringComparison.Ordinal);
        Assert.InRange(Alike(items + more, sentence.Design).Interval!.Upper, 0, 0.1);
    }

    [Fact]
    public void Equivalence() => Assert.Equal(
        "terse and plain are equivalent: the difference is smaller than 5.0 points (95%: -1.0 to 2.0), 200 scenarios, p = 0.002.",
        Sentence.Of(Decided(Verdict.Equivalent, 0.005, (-0.01, 0.02), 0.5) with { AdjustedEquivalencePValue = 0.002 }));

    [Fact]
    public void An_interim_view() => Assert.StartsWith(
        "Interim view: terse is better", (Sentence with { IsInterim = true }).Of(Decided(Verdict.Better, 0.121, (0.084, 0.159), 1e-20)), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.0, "p < 0.0001")]
    [InlineData(0.00012, "p < 0.001")]
    [InlineData(0.0149, "p = 0.015")]
    [InlineData(0.5, "p = 0.50")]
    [InlineData(null, "no p-value")]
    public void P_values_are_never_0(double? value, string expected) => Assert.Equal(expected, ComparisonSentence.P(value));

    private static Comparison Alike(int items, ComparisonDesign design)
    {
        RunningMoments[] passes = [.. Enumerable.Range(0, items).Select(_ => RunningMoments.Of([1, 1, 1, 1, 1]))];
        return Comparison.Of(PairedSamples.Of(passes, passes, []), design, new Random(1));
    }

    private static Decision Decided(Verdict verdict, double effect, (double Lower, double Upper) interval, double p) => new(
        verdict,
        new Comparison(effect, new ConfidenceInterval(interval.Lower, interval.Upper, 0.95), p, null, "", null, [], 200, 200),
        p,
        null,
        verdict == Verdict.Inconclusive ? "The data are compatible with no difference." : null);
}

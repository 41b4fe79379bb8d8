using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Statistics.Tests.Verdicts;

/// <summary>Seeded simulations of what verdicts promise, for data of many kinds.</summary>
public sealed class Deciding_honestly
{
    // A rate of 5% has a standard error of 0.2 points then, one of 75% of 0.4.
    private const int Replications = 10_000;

    // Two standard errors of the simulation above the nominal rate.
    private const double Most = 0.05 + 0.0044;

    private static readonly VerdictOptions Options = new(Draws: 499);

    public static TheoryData<string> Kinds() => [.. Worlds.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Variants_that_are_alike_are_told_apart_as_rarely_as_promised(string kind)
    {
        var (_, draw) = Worlds.All[kind];

        var rate = Simulation.Rate(Replications, 211, random => Decide(draw(random, 0), Options, random) is Verdict.Better or Verdict.Worse);

        Assert.InRange(rate, 0, Most);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_difference_as_large_as_the_margin_is_called_equivalent_as_rarely_as_promised(string kind)
    {
        var (margin, draw) = Worlds.All[kind];
        var options = Options with { Margin = margin };

        var rate = Simulation.Rate(4_000, 223, random => Decide(draw(random, margin), options, random) == Verdict.Equivalent);

        // Two standard errors of so many replications.
        Assert.InRange(rate, 0, 0.05 + 0.0069);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Intervals_cover_the_difference_as_often_as_they_say(string kind)
    {
        var (margin, draw) = Worlds.All[kind];

        var rate = Simulation.Rate(
            4_000, 227, random => DifferenceTest.Of(draw(random, margin), Options, random).Interval!.Contains(margin));

        // Rare failures are covered more often, at 97.1% (20,000 replications): the interval of what hardly differs is made wider.
        Assert.InRange(rate, 0.93, 0.975);
    }

    [Fact]
    public void Among_six_variants_that_are_alike_one_is_told_apart_from_the_control_as_rarely_as_promised()
    {
        var rate = Simulation.Rate(Replications, 229, random =>
        {
            var variants = Enumerable.Range(0, 6).Select(_ => Worlds.Ratings(random, 80, 3, 0).First).ToList();
            var evidence = variants.Skip(1)
                .Select(variant => DifferenceTest.Of(new PairedScores(variant, variants[0], [.. Enumerable.Range(0, 80)]), Options, random)).ToList();
            return Decisions.Of(evidence, Options).Any(decision => decision.Verdict != Verdict.Inconclusive);
        });

        Assert.InRange(rate, 0, Most);
    }

    [Fact]
    public void An_effect_is_found_at_the_power_that_was_planned()
    {
        const double within = 5 / 12.0;
        var design = new FunctionsEval.Statistics.Planning.PairedDesign(0, within, within, 3, 3);
        var items = FunctionsEval.Statistics.Planning.PairedSampleSize.Of(design, 0.2, 0.8, 0.05)!.Value;

        var rate = Simulation.Rate(Replications, 233, random => Decide(Worlds.Ratings(random, items, 3, 0.2), Options, random) == Verdict.Better);

        Assert.InRange(rate, 0.77, 0.83);
    }

    // Coarse scores of few items: sums come in steps, and a test that counts the observed step whole finds 3 to 12 points less than was planned.
    [Theory]
    [InlineData("ratings", 20, 2, 0.4)]
    [InlineData("ratings", 20, 1, 0.5)]
    [InlineData("ratings", 12, 3, 0.45)]
    [InlineData("ratings", 60, 1, 0.33)]
    [InlineData("pass or fail", 20, 2, 0.3)]
    [InlineData("pass or fail", 30, 1, 0.32)]
    [InlineData("pass or fail", 60, 1, 0.22)]
    [InlineData("pass or fail", 200, 1, 0.12)]
    public void Coarse_scores_of_few_items_are_found_at_the_power_that_was_planned(string kind, int items, int samples, double effect)
    {
        PairedScores Draw(Random random, int count, double shift) =>
            kind == "ratings" ? Worlds.Ratings(random, count, samples, shift) : Worlds.PassOrFail(random, count, samples, shift, easiest: 1 - effect);
        var pilot = Draw(new Random(241), 20_000, effect);
        var variance = RunningMoments.Of([.. pilot.First.Zip(pilot.Second, (a, b) => a - b)]).Variance;
        var planned = FunctionsEval.Statistics.Planning.PairedPower.Of(new(variance, 0, 0, 1, 1), items, effect, 0.05);

        var found = Simulation.Rate(Replications, 251, random => Decide(Draw(random, items, effect), Options, random) == Verdict.Better);
        var told = Simulation.Rate(Replications, 257, random => Decide(Draw(random, items, 0), Options, random) is Verdict.Better or Verdict.Worse);
        TestContext.Current.TestOutputHelper?.WriteLine($"planned {planned:F4}");

        Assert.InRange(found, planned - 0.03, planned + 0.03);
        Assert.InRange(told, 0, Most);
    }

    [Fact]
    public void Equal_variants_are_called_equivalent_most_of_the_time_when_there_is_enough_data() =>
        Assert.InRange(
            Simulation.Rate(500, 239, random => Decide(Worlds.PassOrFail(random, 1_000, 1, 0), Options with { Margin = 0.1 }, random) == Verdict.Equivalent), 0.95, 1);

    private static Verdict Decide(PairedScores scores, VerdictOptions options, Random random) =>
        Decisions.Of([DifferenceTest.Of(scores, options, random)], options)[0].Verdict;
}

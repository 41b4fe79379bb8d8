using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Sequential;
using FunctionsEval.Statistics.Verdicts;

namespace FunctionsEval.Statistics.Tests;

/// <summary>Stopping at the first look that decides: what fixed-size tests must not be used for.</summary>
public sealed class Looking_at_any_time
{
    private const int Items = 400;
    private const int LookEvery = 10;

    private static readonly ComparisonDesign Ratings = new(ScoreScale.Between(1, 5), 2);

    public static TheoryData<string> Kinds() => ["pass or fail, one sample", "pass or fail, 3 samples", "rare failures, one sample", "ratings, 2 samples"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Variants_that_are_alike_are_told_apart_at_any_look_as_rarely_as_promised(string kind) =>
        Assert.InRange(Rate(kind, 0, margin: null, verdict => verdict is Verdict.Better or Verdict.Worse, 311), 0, 0.05);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_difference_as_large_as_the_margin_is_called_equivalent_at_any_look_as_rarely_as_promised(string kind)
    {
        var margin = kind.StartsWith("ratings", StringComparison.Ordinal) ? 0.3 : 0.15;

        Assert.InRange(Rate(kind, margin, margin, verdict => verdict == Verdict.Equivalent, 313), 0, 0.05);
    }

    [Fact]
    public void A_large_effect_is_found_long_before_the_plan_ends()
    {
        var looks = Enumerable.Range(0, 200).Select(seed => FirstLook("ratings, 2 samples", new Random(seed), 0.6, null).Items).ToList();

        Assert.InRange(looks.Average(), AsymptoticSequence.MinCount, 0.4 * Items);
    }

    [Fact]
    public void The_p_value_is_the_level_at_which_the_interval_touches_0()
    {
        var differences = Differences("ratings, 2 samples", new Random(7), 0.2);
        var p = new AnytimeTest(Items, Ratings).Of(Samples(differences)).PValue!.Value;
        var rho = AsymptoticSequence.RhoFor(Items, 0.95);

        Assert.InRange(p, 1e-12, 0.5);
        Assert.Equal(0, AsymptoticSequence.Interval(RunningMoments.Of(differences), rho, 1 - p)!.Lower, 1e-9);
    }

    [Fact]
    public void Too_few_items_and_items_that_never_differ_decide_nothing()
    {
        var test = new AnytimeTest(Items, new ComparisonDesign(ScoreScale.Between(0, 1), 2, Margin: 0.5));
        var unbounded = new AnytimeTest(Items, new ComparisonDesign(ScoreScale.Unbounded, 2, Margin: 0.5));

        Assert.Contains("from 50 on", test.Of(Samples(new double[49])).Limit, StringComparison.Ordinal);
        Assert.Equal(1, test.Of(Samples(new double[60])).PValue);
        Assert.Null(unbounded.Of(Samples(new double[60])).EquivalencePValue);
        Assert.InRange(test.Of(Samples(new double[300])).EquivalencePValue!.Value, 0, 0.05);
    }

    [Fact]
    public void The_chance_of_deciding_falls_where_the_effect_is_too_small_and_is_1_where_it_cannot_be_told()
    {
        var test = new AnytimeTest(Items, Ratings);
        var small = Differences("ratings, 2 samples", new Random(7), 0)[..300];
        var large = Differences("ratings, 2 samples", new Random(7), 0.5)[..100];

        Assert.InRange(test.ChanceOfDeciding(Samples(small)), 0, 0.1);
        Assert.InRange(test.ChanceOfDeciding(Samples(large)), 0.99, 1);
        Assert.Equal(1, test.ChanceOfDeciding(Samples(small[..49])));
    }

    private static double Rate(string kind, double effect, double? margin, Func<Verdict, bool> isError, int seed) =>
        Simulation.Rate(1_000, seed, random => isError(FirstLook(kind, random, effect, margin).Verdict));

    private static (Verdict Verdict, int Items) FirstLook(string kind, Random random, double effect, double? margin)
    {
        var design = new ComparisonDesign(
            kind.StartsWith("ratings", StringComparison.Ordinal) ? ScoreScale.Between(1, 5) : ScoreScale.PassOrFail,
            kind.EndsWith("one sample", StringComparison.Ordinal) ? 1 : 3,
            Margin: margin);
        var test = new AnytimeTest(Items, design);
        var samples = Samples(Differences(kind, random, effect));
        for (var items = LookEvery; items <= Items; items += LookEvery)
        {
            var verdict = Decisions.Of([new Evidence(test.Of(samples.Take(items)))], design, Correction.Holm)[0].Verdict;
            if (verdict != Verdict.Inconclusive)
            {
                return (verdict, items);
            }
        }

        return (Verdict.Inconclusive, Items);
    }

    private static PairedSamples Samples(double[] differences) => PairedSamples.Of(
        [.. differences.Select(value => RunningMoments.Of([value]))], [.. differences.Select(_ => RunningMoments.Of([0]))], []);

    private static double[] Differences(string kind, Random random, double effect)
    {
        return Simulation.Draw(Items, () => kind switch
        {
            "pass or fail, one sample" => Passes(0.85 * random.NextDouble(), 1),
            "pass or fail, 3 samples" => Passes(0.85 * random.NextDouble(), 3),
            "rare failures, one sample" => random.NextDouble() < effect ? 1 : random.PassRate(0.99, 1) - random.PassRate(0.99, 1),
            _ => Rated(1.5 + (2 * random.NextDouble())),
        });

        double Passes(double pass, int samples) => random.PassRate(pass + effect, samples) - random.PassRate(pass, samples);

        double Rated(double level) => (Rating(level + effect) + Rating(level + effect) - Rating(level) - Rating(level)) / 2;

        double Rating(double level) => Math.Floor(level + (random.Next(2) - 0.5) + random.NextDouble());
    }
}

using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Runs.Records;
using FunctionsEval.SelfTests;
using FunctionsEval.Statistics;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Verdicts;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Cli;

/// <summary>
/// The self-test is given a method that is wrong 8% of the time where 5% are promised, and has to say so; and the right one, which it may not
/// suspect once in 10,000 times. Seeded: the same every time.
/// </summary>
public sealed class Finding_a_broken_method
{
    private const int Scenarios = 14;

    private static int Rounds => LongRun.IsOn ? 200 : 6;

    [Fact]
    public void A_method_with_8_percent_of_false_positives_is_found_and_the_right_one_is_not_suspected()
    {
        var (broken, sound) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            broken += Report(round, At(0.08)).IsSound ? 0 : 1;
            sound += Report(round, At(0.05)).IsSound ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"found {broken} of {Rounds}, the right one passed {sound}");
        Assert.InRange(broken, (int)(0.9 * Rounds), Rounds);
        Assert.Equal(Rounds, sound);
    }

    private static Func<PairedSamples, ComparisonDesign, Random, Verdict> At(double rate) => (samples, design, random) =>
    {
        var comparison = Comparison.Of(samples, design, random);
        return comparison.PValue > rate ? Verdict.Inconclusive : comparison.Effect > 0 ? Verdict.Better : Verdict.Worse;
    };

    private static SelfTestReport Report(int seed, Func<PairedSamples, ComparisonDesign, Random, Verdict> decide)
    {
        var random = new Random((seed * 7_919) + 5);
        RunningMoments[] Draw() => [.. Enumerable.Range(0, Scenarios).Select(_ => RunningMoments.Of([Normal(random)]))];
        var design = new ComparisonDesign(ScoreScale.Unbounded);
        var pairs = new SelfTestPairs([PairedSamples.Of(Draw(), Draw(), [])], [PairedSamples.Of(Draw(), Draw(), [])], design, design, Effect: 1, PlannedPower: 0.8);
        var run = RunCells.Run() with { Sampling = new RunSampling(1, Percentage: 100, Seed: null, DispatchSeed: seed) };
        return SelfTest.Report(pairs, run, (Scenarios, 1), calls: 0, () => TimeSpan.Zero, judgesPower: false, decide);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

using System.Globalization;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.TestKit;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>Error rates of verdicts, intervals, gates and equivalence. The whole grid takes minutes:
/// <c>FUNCTIONSEVAL_LONG=1 dotnet run -c Release --project tests/Statistics.Tests -- -namespace "*Simulations" -showLiveOutput</c>.</summary>
public sealed class Holding_what_is_promised
{
    private const int Few = 300;
    private const int Many = 4_000;

    // The wide bounds of few replications: a method that breaks its promise by half is seen, one that keeps it passes.
    [Theory]
    [InlineData("normal, n=6")]
    [InlineData("normal, n=20")]
    [InlineData("lognormal scores, n=50")]
    [InlineData("pass 0.05, K=1, n=50")]
    [InlineData("pass 0.5, K=1, n=20")]
    [InlineData("pass 0.95, K=5, n=20")]
    [InlineData("pass 0.95, K=5, n=3")]
    [InlineData("ratings 1-5, K=5, n=20")]
    [InlineData("ratings 1-5, K=1, n=3")]
    [InlineData("normal, ICC 0.5, clusters 2 x 5")]
    [InlineData("normal, ICC 0.5, clusters 11 x 1 + 40")]
    [InlineData("pass or fail, clusters 30 x 5")]
    [InlineData("pass or fail, clusters 2 x 1 + 40")]
    [InlineData("pass or fail, clusters 4 x 1 + 40")]
    public void Small_samples_of_the_grid(string name)
    {
        var rates = ErrorRates.Of(World.Named(name), Few);

        // Three standard errors above 5%, 5% and 2.5%.
        Assert.InRange(rates.FalsePositives, 0, 0.0877);
        Assert.InRange(rates.Coverage, 0.9123, 1);
        Assert.InRange(rates.GatePasses, 0, 0.052);
        Assert.InRange(rates.Equivalences, 0, 0.0877);
    }

    /// <summary>
    /// The setting of Bowyer, Aitchison and Ivanova (2025), arXiv:2503.01747: pass rates drawn alike from 0 to 1, few questions. Theirs are plots; the plain normal interval that they
    /// warn of is computed beside ours, on the same draws.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(100)]
    public void Rates_drawn_alike_are_covered_where_the_normal_interval_is_not(int items)
    {
        var replications = (LongRun.IsOn, items) switch { (true, <= 10) => 10_000, (true, _) => 1_000, (_, <= 10) => 500, (_, <= 30) => 100, _ => 50 };
        var (mean, normalMean, pair, normalPair) = (0, 0, 0, 0);
        for (var replication = 0; replication < replications; replication++)
        {
            var random = Simulation.Draws(29, replication);
            var (a, b) = (random.NextDouble(), random.NextDouble());
            var (first, second) = (Simulation.Draw(items, () => random.PassRate(a, 1)), Simulation.Draw(items, () => random.PassRate(b, 1)));
            double[] differences = [.. first.Zip(second, (x, y) => x - y)];
            mean += MeanInference.Of(first, [], ScoreScale.PassOrFail, 1, 0.95, random)!.Interval!.Contains(a) ? 1 : 0;
            normalMean += Plain(first).Contains(a) ? 1 : 0;
            var samples = PairedSamples.Of([.. first.Select(score => RunningMoments.Of([score]))], [.. second.Select(score => RunningMoments.Of([score]))], []);
            pair += Comparison.Of(samples, new ComparisonDesign(ScoreScale.PassOrFail), random).Interval!.Contains(a - b) ? 1 : 0;
            normalPair += Plain(differences).Contains(a - b) ? 1 : 0;
        }

        double all = replications / 100.0;
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {items} | {mean / all:0.0} | {normalMean / all:0.0} | {pair / all:0.0} | {normalPair / all:0.0} |"));
        // Three standard errors below 95%.
        var least = 95 - (300 * Math.Sqrt(0.95 * 0.05 / replications));
        Assert.InRange(mean / all, least, 100);
        Assert.InRange(pair / all, least, 100);
        Assert.True(items > 10 || (normalMean < mean && normalPair < pair));

        static ConfidenceInterval Plain(double[] values)
        {
            var moments = RunningMoments.Of(values);
            var reach = 1.959963984540054 * moments.StandardDeviation / Math.Sqrt(values.Length);
            return new ConfidenceInterval(moments.Mean - reach, moments.Mean + reach, 0.95);
        }
    }

    [Fact]
    public void The_gate_that_once_passed_a_third_of_the_losses_in_unequal_clusters_passes_few()
    {
        var rates = ErrorRates.Of(World.Named("normal, ICC 0.5, clusters 11 x 1 + 40"), 2_000);

        Assert.InRange(rates.GatePasses, 0, 0.025 + 0.007);
        Assert.InRange(rates.Coverage, 0.94, 0.97);
    }

    [Fact(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    public void The_whole_grid()
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("| data | false positives | coverage | gate passes | equivalent | power less plan | width |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var world in World.All)
        {
            var rates = ErrorRates.Of(world, Many, isPlanned: true);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {world.Name} | {100 * rates.FalsePositives:0.0} | {100 * rates.Coverage:0.0} | {100 * rates.GatePasses:0.0} | {100 * rates.Equivalences:0.0} | {Text(100 * rates.PowerLessPlan, "+0.0;-0.0")} | {Text(rates.Width, "0.00")} |"));

            // Three standard errors of 4,000 replications; where an assumption is labelled it may be twice the rate without.
            var isLabelled = world.Units < Method.FewUnits && !world.Name.StartsWith("normal", StringComparison.Ordinal);
            Assert.True(!world.IsSymmetric || rates.FalsePositives <= (isLabelled ? 0.1 : 0.05) + 0.0104, world.Name);
        }

        static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
    }
}

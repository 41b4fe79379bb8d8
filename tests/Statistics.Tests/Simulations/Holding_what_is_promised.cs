using System.Globalization;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>Error rates of verdicts, intervals, gates and equivalence. The whole grid takes minutes and is explicit:
/// <c>dotnet run -c Release --project tests/Statistics.Tests -- -explicit only -trait Category=Simulation -showLiveOutput</c>.</summary>
public sealed class Holding_what_is_promised
{
    private const int Few = 600;
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
    public void Small_samples_of_the_grid(string name)
    {
        var rates = ErrorRates.Of(World.Named(name), Few);

        // Three standard errors above 5%, 5% and 2.5%.
        Assert.InRange(rates.FalsePositives, 0, 0.077);
        Assert.InRange(rates.Coverage, 0.923, 1);
        Assert.InRange(rates.GatePasses, 0, 0.0441);
        Assert.InRange(rates.Equivalences, 0, 0.077);
    }

    [Fact]
    public void The_gate_that_once_passed_a_third_of_the_losses_in_unequal_clusters_passes_few()
    {
        var rates = ErrorRates.Of(World.Named("normal, ICC 0.5, clusters 11 x 1 + 40"), 2_000);

        Assert.InRange(rates.GatePasses, 0, 0.025 + 0.007);
        Assert.InRange(rates.Coverage, 0.94, 0.97);
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Simulation")]
    public void The_whole_grid()
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("| data | false positives | coverage | gate passes | equivalent | power less plan | width |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var world in World.All)
        {
            var rates = ErrorRates.Of(world, Many);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {world.Name} | {100 * rates.FalsePositives:0.0} | {100 * rates.Coverage:0.0} | {100 * rates.GatePasses:0.0} | {100 * rates.Equivalences:0.0} | {Text(100 * rates.PowerLessPlan, "+0.0;-0.0")} | {Text(rates.Width, "0.00")} |"));

            // Three standard errors of 4,000 replications; where an assumption is labelled it may be twice the rate without.
            var isLabelled = world.Units < Statistics.Inference.Method.FewUnits && !world.Name.StartsWith("normal", StringComparison.Ordinal);
            Assert.True(!world.IsSymmetric || rates.FalsePositives <= (isLabelled ? 0.1 : 0.05) + 0.0104, world.Name);
        }

        static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
    }
}

using System.Globalization;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.TestKit;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>The rules of other tools and ours on the same draws: of two that are alike, and of a true loss of exactly the margin.</summary>
public sealed class Beside_other_tools
{
    private static readonly string[] Worlds =
    [
        "normal, n=10", "lognormal differences, n=20", "negative lognormal differences, n=50", "ratings 1-5, K=1, n=20", "pass 0.5, K=1, n=50", "pass 0.95, K=1, n=50",
        "normal, ICC 0.5, clusters 30 x 5", "pass or fail, clusters 30 x 5", "normal, ICC 0.5, clusters 11 x 1 + 40",
    ];

    [Fact]
    public void Rules_that_do_not_know_clusters_tell_alike_ones_apart_and_ours_does_not()
    {
        var rates = Rates.Of(World.Named("normal, ICC 0.5, clusters 30 x 5"), 60);

        Assert.InRange(rates.Mlflow, 0.15, 1);
        Assert.InRange(rates.Student, 0.15, 1);
        Assert.InRange(rates.Ours, 0, 0.05 + 0.085);
    }

    [Fact(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    public void The_table_of_rules()
    {
        var output = TestContext.Current.TestOutputHelper!;
        foreach (var world in Worlds.Select(World.Named))
        {
            var rates = Rates.Of(world, 2_000);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {world.Name} | {Text(rates.Ours)} / {Text(rates.OursCovered)} | {Text(rates.Mlflow)} / {Text(rates.MlflowCovered)} | {Text(rates.Student)} / {Text(rates.StudentCovered)} | {Text(rates.Passed)} | {Text(rates.NelPassed)} |"));
        }

        static string Text(double? rate) => rate is { } share ? (100 * share).ToString("0.0", CultureInfo.InvariantCulture) : "-";
    }

    private sealed record Rates(double Ours, double OursCovered, double Mlflow, double MlflowCovered, double Student, double StudentCovered, double Passed, double? NelPassed)
    {
        public static Rates Of(World world, int replications)
        {
            var (ours, oursCovered, mlflow, mlflowCovered, student, studentCovered, passed, nel) = (0, 0, 0, 0, 0, 0, 0, 0);
            var isPassOrFail = world.Design.Scale.Kind == ScoreKind.PassOrFail && world.Design.SamplesPerItem == 1;
            for (var replication = 0; replication < replications; replication++)
            {
                var random = Simulation.Draws(19, replication);
                var alike = world.Draw(random, 0);
                ours += ErrorRates.MethodOf(world, alike, random).Tails.TwoSided(0) <= 0.05 ? 1 : 0;
                mlflow += Rivals.MlflowPValue(alike, isPassOrFail) < 0.05 ? 1 : 0;
                student += Rivals.Student(alike).Contains(0) ? 0 : 1;

                var worse = world.Draw(random, -world.Margin);
                var tails = ErrorRates.MethodOf(world, worse, random).Tails;
                oursCovered += tails.TwoSided(-world.Margin) > 0.05 ? 1 : 0;
                passed += tails.Above(-world.Margin) <= 0.025 ? 1 : 0;
                mlflowCovered += Rivals.MlflowInterval(worse, random).Contains(-world.Margin) ? 1 : 0;
                studentCovered += Rivals.Student(worse).Contains(-world.Margin) ? 1 : 0;
                nel += isPassOrFail && Rivals.Nel(worse, world.Margin).Passes ? 1 : 0;
            }

            double all = replications;
            return new Rates(ours / all, oursCovered / all, mlflow / all, mlflowCovered / all, student / all, studentCovered / all, passed / all, isPassOrFail ? nel / all : null);
        }
    }
}

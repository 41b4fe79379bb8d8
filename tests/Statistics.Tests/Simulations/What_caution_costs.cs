using System.Globalization;
using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.TestKit;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>Why the bootstrap-t comes beside the signs from a skewness of 0.65 on, and what intervals of unequal clusters could be at best.</summary>
public sealed class What_caution_costs
{
    private const int Many = 3_000;
    private static readonly double[] Thresholds = [0, 0.5, 0.65, 0.8, 1, double.PositiveInfinity];

    [Fact(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    public void Power_on_normal_scores_against_coverage_of_lognormal_differences()
    {
        foreach (var items in (int[])[10, 12, 15, 20, 50])
        {
            var effect = DetectableEffect.Of(new PairedDesign(1, 0, 0, 1, 1), items, 0.8, 0.05);
            var (found, covered, student) = (new int[Thresholds.Length], new int[Thresholds.Length], 0);
            for (var replication = 0; replication < Many; replication++)
            {
                var random = Simulation.Draws(23, replication);
                Count(Simulation.Draw(items, () => effect + random.Normal()), found, p => p <= 0.05, random);
                Count(Simulation.Draw(items, () => Math.Exp(random.Normal()) - Math.Exp(0.5)), covered, p => p > 0.05, random);
                student += Rivals.Student(Simulation.Draw(items, () => effect + random.Normal())).Contains(0) ? 0 : 1;
            }

            Write($"| {items} | {100.0 * student / Many:0.0} | {string.Join(" | ", found.Zip(covered, (power, coverage) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * power / Many:0.0} / {100.0 * coverage / Many:0.0}")))} |");
        }
    }

    /// <summary>Signs of cluster means hold too, for the mean of those means: each cluster counts once.</summary>
    [Fact(Skip = LongRun.Reason, SkipUnless = nameof(LongRun.IsOn), SkipType = typeof(LongRun))]
    public void Widths_of_unequal_clusters()
    {
        foreach (var clusters in (int[])[12, 30])
        {
            var world = World.Named($"normal, ICC 0.5, clusters {clusters - 1} x 1 + 40");
            var (own, once, student, covered) = (0.0, 0.0, 0.0, 0);
            for (var replication = 0; replication < 1_000; replication++)
            {
                var units = UnitSums.Of(world.Draw(Simulation.Draws(29, replication), 0), world.Clusters);
                var error = Math.Sqrt(units.Deviations.Sum(value => value * value) * clusters / (clusters - 1.0)) / units.Sizes.Sum();
                var reach = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, clusters - 1, 0.975) * error;
                own += Width(units, error);
                once += Width(units.EachOnce(), error);
                student += 2 * reach;
                covered += Math.Abs(units.Mean) <= reach ? 1 : 0;
            }

            Write($"{world.Name}: {own / student:0.00} of t, which covers {covered / 10.0:0.0}%, and {own / once:0.00} of signs of cluster means");
        }
    }

    private static double Width(UnitSums units, double error)
    {
        var interval = Inversion.Interval(new SignFlips(units), units.Mean, error, 0.95, null, isDifference: false)!;
        return interval.Upper - interval.Lower;
    }

    private static void Count(double[] differences, int[] counts, Func<double, bool> isCounted, Random random)
    {
        var units = UnitSums.Of(differences, []);
        var moments = RunningMoments.Of(differences);
        var skewness = Math.Abs(differences.Sum(value => Math.Pow((value - moments.Mean) / moments.StandardDeviation, 3)) / differences.Length);
        Tails signs = new SignFlips(units), both = new LargerOf(signs, new BootstrapTails(units, random));
        for (var threshold = 0; threshold < Thresholds.Length; threshold++)
        {
            counts[threshold] += isCounted((skewness > Thresholds[threshold] && skewness > 0.1 * Math.Sqrt(differences.Length) ? both : signs).TwoSided(0)) ? 1 : 0;
        }
    }

    private static void Write(FormattableString text) => TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

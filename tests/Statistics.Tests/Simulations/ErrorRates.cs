using FunctionsEval.Statistics.Inference;
using FunctionsEval.Statistics.Planning;

namespace FunctionsEval.Statistics.Tests.Simulations;

/// <summary>Shares of replications, from 0 to 1.</summary>
/// <param name="FalsePositives">Told apart, of two that are alike.</param>
/// <param name="Coverage">Of the 95% interval, of a true loss of the margin.</param>
/// <param name="GatePasses">Of that true loss.</param>
/// <param name="Equivalences">Of that true loss.</param>
/// <param name="PowerLessPlan">Of an effect planned at 80%; null where the scores have no room for it, and below six units.</param>
/// <param name="Width">Of the interval over that of the t interval, which need not hold.</param>
internal sealed record ErrorRates(
    int Replications, double FalsePositives, double Coverage, double GatePasses, double Equivalences, double? PowerLessPlan, double? Width)
{
    private const double Power = 0.8;
    private const int Widths = 200;
    private const int Pilot = 20_000;

    /// <param name="isPlanned">Measures the power too, for which a plan is drawn: seconds for some.</param>
    public static ErrorRates Of(World world, int replications, bool isPlanned = false)
    {
        var (told, covered, passed, equivalent, found, widths) = (0, 0, 0, 0, 0, default(RunningMoments));
        var planned = isPlanned && world.Units >= 6 ? PlannedEffect(world) : null;
        for (var replication = 0; replication < replications; replication++)
        {
            var random = Simulation.Draws(13, replication);
            told += MethodOf(world, world.Draw(random, 0), random).Tails.TwoSided(0) <= 0.05 ? 1 : 0;

            var method = MethodOf(world, world.Draw(random, -world.Margin), random);
            var above = method.Tails.Above(-world.Margin);
            covered += method.Tails.TwoSided(-world.Margin) > 0.05 ? 1 : 0;
            passed += above <= 0.025 ? 1 : 0;
            equivalent += Math.Max(above, method.Tails.Below(world.Margin)) <= 0.05 ? 1 : 0;
            if (replication < Widths && WidthOf(world, method) is { } width)
            {
                widths.Add(width);
            }

            if (planned is { } effect)
            {
                var planted = MethodOf(world, world.Draw(random, -effect), random);
                found += planted.Tails.TwoSided(0) <= 0.05 && planted.Units.Mean < 0 ? 1 : 0;
            }
        }

        double all = replications;
        return new ErrorRates(
            replications, told / all, covered / all, passed / all, equivalent / all, planned is null ? null : (found / all) - Power, widths.Count > 0 ? widths.Mean : null);
    }

    internal static Method MethodOf(World world, double[] differences, Random random) => Method.Of(
        world.Design.Scale,
        world.Design.SamplesPerItem,
        world.Design.IsClustered,
        UnitSums.Of(differences, world.Clusters),
        Ends(world),
        isDifference: true,
        random);

    private static (double Min, double Max)? Ends(World world) => world.Design.Scale.Range is { } range ? (-range, range) : null;

    private static double? WidthOf(World world, Method method)
    {
        var units = method.Units;
        var error = Math.Sqrt(units.Deviations.Sum(deviation => deviation * deviation) * units.Count / (units.Count - 1.0)) / units.Sizes.Sum();
        if (error < 1e-9 || Inversion.Interval(method.Tails, units.Mean, error, 0.95, Ends(world), isDifference: true) is not { } interval)
        {
            return null;
        }

        return (interval.Upper - interval.Lower) / (2 * MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, units.Count - 1, 0.975) * error);
    }

    // What the plan would call found 80% of the time, from a large pilot of the effect itself.
    private static double? PlannedEffect(World world)
    {
        var effect = 0.0;
        for (var round = 0; round < 3; round++)
        {
            if (ByPlan(world, effect) is not { } found || found > Room(world))
            {
                return null;
            }

            effect = found;
        }

        return effect;
    }

    private static double? ByPlan(World world, double effect)
    {
        var random = Simulation.Draws(99, 0);
        PairedDesign? design;
        PlannedScores scores;
        if (world.DrawItem is { } draw)
        {
            var pilot = Enumerable.Range(0, Pilot).Select(_ => draw(random, -effect)).ToList();
            RunningMoments[] first = [.. pilot.Select(item => item.First)], second = [.. pilot.Select(item => item.Second)];
            design = PairedDesign.FromPilot(first, second, world.Design.SamplesPerItem);
            scores = PlannedScores.FromPilot(first, second, design, world.Design.Scale, world.Design.SamplesPerItem);
            design ??= new PairedDesign(RunningMoments.Of([.. pilot.Select(item => item.First.Mean - item.Second.Mean)]).Variance, 0, 0, 1, 1);
        }
        else
        {
            var pilot = Enumerable.Range(0, Pilot / 20).Select(_ => world.Draw(random, -effect)).ToList();
            int[] sizes = [.. world.Clusters.GroupBy(label => label).Select(cluster => cluster.Count())];
            int[] labels = [.. pilot.SelectMany((_, copy) => world.Clusters.Select(label => (copy * sizes.Length) + label))];
            double[] differences = [.. pilot.SelectMany(values => values)];
            design = new PairedDesign(
                RunningMoments.Of(differences).Variance, 0, 0, 1, 1, sizes.Sum(size => (double)size * size) / sizes.Sum(), VarianceComponents.Of(differences, labels)!.Correlation!.Value);
            scores = PlannedScores.Normal(design, sizes);
        }

        var items = world.DrawItem is null ? world.Clusters.Length : world.Units;

        // Clusters so uneven that they weigh as less than two have no formula; the search begins anywhere then.
        var byFormula = DetectableEffect.Of(items < 2 * design.ItemsPerCluster ? design with { ItemsPerCluster = 1 } : design, items, Power, 0.05);
        return world.Units > scores.MostUnits ? byFormula
            : PlannedTest.DetectableEffect(scores, items, Power, 0.05, -byFormula, world.Units < 10 ? 20_000 : 6_000) is { } found ? -found : null;
    }

    // Beyond, scores would leave their scale and the true effect would be another.
    private static double Room(World world) =>
        world.Design.Scale.Range is null ? double.PositiveInfinity
        : world.Name.StartsWith("ratings", StringComparison.Ordinal) ? 1
        : world.Name.StartsWith("pass 0.05", StringComparison.Ordinal) ? 0.04
        : world.Name.StartsWith("pass 0.95", StringComparison.Ordinal) ? 0.85
        : world.Name.StartsWith("pass 0.5", StringComparison.Ordinal) ? 0.45
        : 0.25;
}

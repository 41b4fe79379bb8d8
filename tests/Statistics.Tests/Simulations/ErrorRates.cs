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

    public static ErrorRates Of(World world, int replications)
    {
        var (told, covered, passed, equivalent, found, widths) = (0, 0, 0, 0, 0, default(RunningMoments));
        var planned = world.Units >= 6 ? PlannedEffect(world) : null;
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

    // What the plan would call found 80% of the time, from the spread that the units have under the effect itself.
    private static double? PlannedEffect(World world)
    {
        var random = new Random(99);
        var effect = 0.0;
        for (var round = 0; round < 4; round++)
        {
            var spread = default(RunningMoments);
            for (var draw = 0; draw < 50 + (20_000 / world.Units); draw++)
            {
                var units = UnitSums.Of(world.Draw(random, -effect), world.Clusters);
                units = units.Count < Method.FewUnits ? units.EachOnce() : units;
                for (var unit = 0; unit < units.Count; unit++)
                {
                    spread.Add((units.Deviations[unit] + (units.Sizes[unit] * (units.Mean + effect))) * units.Count / units.Sizes.Sum());
                }
            }

            effect = DetectableEffect.Of(new PairedDesign(spread.Variance, 0, 0, 1, 1), world.Units, Power, 0.05);
            if (effect > Room(world))
            {
                return null;
            }
        }

        return effect;
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

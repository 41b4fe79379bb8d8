using FunctionsEval.Http;

namespace FunctionsEval.Planning;

/// <summary>What a comparison shall find, and what is known of the spread: from a pilot run, or given.</summary>
/// <param name="Effect">The difference to find, in units of the score.</param>
/// <param name="PilotRunId">A run of at least two variants, whose spread is taken.</param>
/// <param name="Variant">Of the pilot; null takes the first one that is not the control.</param>
/// <param name="Control">Of the pilot; null takes its own.</param>
/// <param name="DifferenceVariance">How much the true difference varies from scenario to scenario (ω²).</param>
/// <param name="WithinVariance">Of one sample around its scenario (σ²), for the variant; also for the control unless that has its own.</param>
/// <param name="SamplesPerScenario">The plan to work out; null takes the number that needs fewest calls for the cost of a scenario.</param>
/// <param name="Items">Scenarios at hand; asks for the effect that they can find.</param>
/// <param name="Comparisons">Pairs that will be decided together: each is planned at (1 - confidence)/comparisons.</param>
/// <param name="CallsPerCell">Null takes the pilot's, or 1.</param>
/// <param name="CostPerScenario">What a scenario costs beside its calls, in the same currency: writing it, labelling it.</param>
/// <param name="Looks">How often the run shall look whether it may stop, at even distances and its end among them.</param>
/// <param name="Unpaired">Each variant has scenarios of its own; then differenceVariance is the sum of both variances between scenarios.</param>
/// <param name="SecondsPerCell">Wall time divided by cells; null takes the pilot's.</param>
public sealed record PlanRequest(
    double Effect,
    double Power = 0.8,
    double Confidence = 0.95,
    string? PilotRunId = null,
    string? Variant = null,
    string? Control = null,
    string? Metric = null,
    double? DifferenceVariance = null,
    double? WithinVariance = null,
    double? ControlWithinVariance = null,
    double ItemsPerCluster = 1,
    double ClusterCorrelation = 0,
    int? SamplesPerScenario = null,
    int? Items = null,
    int Comparisons = 1,
    double? CallsPerCell = null,
    double? CostPerCall = null,
    double? CostPerScenario = null,
    double? SecondsPerCell = null,
    int? Looks = null,
    bool Unpaired = false)
{
    public IReadOnlyList<FieldError> Errors()
    {
        var errors = new List<FieldError>();
        Check("effect", Effect, value => value != 0 && double.IsFinite(value), "must be finite and not 0");
        Check("confidence", Confidence, value => value is >= 0.8 and <= 0.999, "must be between 0.8 and 0.999");
        Check("power", Power, value => value is >= 0.5 and <= 0.999, "must be between 0.5 and 0.999");
        Check("differenceVariance", DifferenceVariance, IsVariance, "must be finite and not negative");
        Check("withinVariance", WithinVariance, IsVariance, "must be finite and not negative");
        Check("controlWithinVariance", ControlWithinVariance, IsVariance, "must be finite and not negative");
        Check("itemsPerCluster", ItemsPerCluster, value => value is >= 1 and <= 100_000, "must be between 1 and 100000");
        Check("clusterCorrelation", ClusterCorrelation, value => value is >= 0 and <= 1, "must be between 0 and 1");
        Check("samplesPerScenario", SamplesPerScenario, value => value is >= 1 and <= 100, "must be between 1 and 100");
        Check("items", Items, value => value is >= 2 and <= 100_000_000 && value >= 2 * ItemsPerCluster, "must be between 2 (two clusters) and 100000000");
        Check("looks", Looks, value => value is >= 1 and <= 50, "must be between 1 and 50");
        Check("comparisons", Comparisons, value => value is >= 1 and <= 10_000, "must be between 1 and 10000");
        Check("callsPerCell", CallsPerCell, value => value > 0 && double.IsFinite(value), "must be above 0");
        Check("costPerCall", CostPerCall, IsVariance, "must not be negative");
        Check("costPerScenario", CostPerScenario, IsVariance, "must not be negative");
        Check("secondsPerCell", SecondsPerCell, IsVariance, "must not be negative");
        var given = DifferenceVariance is not null && WithinVariance is not null;
        if (given == PilotRunId is not null || (!given && (DifferenceVariance ?? WithinVariance) is not null))
        {
            errors.Add(new FieldError("pilotRunId", "Give either pilotRunId, or differenceVariance and withinVariance."));
        }

        return errors;

        void Check(string field, double? value, Func<double, bool> isFine, string rule)
        {
            if (value is { } number && !isFine(number))
            {
                errors.Add(new FieldError(field, FormattableString.Invariant($"{field} {rule}, but is {number}.")));
            }
        }
    }

    private static bool IsVariance(double value) => value >= 0 && double.IsFinite(value);
}

using FunctionsEval.Http;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Planning;
using FunctionsEval.Statistics.Sequential;

namespace FunctionsEval.Planning;

public abstract record PlanOutcome
{
    private PlanOutcome()
    {
    }

    public sealed record Planned(PlanReport Report) : PlanOutcome;

    public sealed record UnknownRun(string RunId) : PlanOutcome;

    public sealed record Rejected(IReadOnlyList<FieldError> Errors) : PlanOutcome;
}

/// <summary>Works out how many scenarios and samples find an effect, and what that costs. Calls no model.</summary>
public sealed class PlanComparison(RunStore runs, CellLedger cells)
{
    private const int MaxCurveSamples = 100;

    // Below, coarse scores have too few steps for the power of a t test (docs/statistics.md).
    private const int FewUnits = 20;

    private static readonly int[] CurveSamples = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20];

    public async Task<PlanOutcome> PlanAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        if (request.Errors() is { Count: > 0 } errors)
        {
            return new PlanOutcome.Rejected(errors);
        }

        if (request.PilotRunId is not { } pilotId)
        {
            return PlanGiven(request);
        }

        if (await runs.FindAsync(pilotId, cancellationToken) is not { } pilot)
        {
            return new PlanOutcome.UnknownRun(pilotId);
        }

        var spread = await PilotSpread.ReadAsync(runs, cells, pilot, request, cancellationToken);
        return spread.Problem is var (field, message)
            ? new PlanOutcome.Rejected([new FieldError(field, message)])
            : new PlanOutcome.Planned(Plan(request, spread));
    }

    /// <summary>Without a pilot; the request has been checked.</summary>
    public static PlanOutcome PlanGiven(PlanRequest request)
    {
        var given = new PlanSpread(
            request.DifferenceVariance!.Value, request.WithinVariance!.Value, request.ControlWithinVariance ?? request.WithinVariance.Value,
            request.ItemsPerCluster, request.ClusterCorrelation);
        return new PlanOutcome.Planned(Plan(request, new PilotSpread(given, 1, null, OneSampleOnly: false)));
    }

    private static PlanReport Plan(PlanRequest request, PilotSpread pilot)
    {
        var spread = pilot.Spread!;
        var alpha = Math.Round(1 - request.Confidence, 12) / request.Comparisons;
        var samples = pilot.OneSampleOnly ? 1 : request.SamplesPerScenario ?? BestSamples(request, pilot);
        var design = Design(spread, samples);
        return new PlanReport(
            request.Effect,
            request.Power,
            alpha,
            spread,
            Point(samples),
            request.Items is { } given ? DetectableEffect.Of(design, given, request.Power, alpha) : null,
            [.. pilot.OneSampleOnly ? [] : CurveSamples.Select(Point)],
            BySpread(samples) is { } planned ? [.. Notes(request, pilot, planned)] : [OutOfReach(request)],
            spread.PilotItems is { } measured ? PairedSampleSize.Of(design.WithVariancesTimes(SpreadLimit.FactorOf(measured)), request.Effect, request.Power, alpha) : null,
            request.Looks is { } looks && BySpread(samples) is { } fixedItems ? LooksOf(looks, fixedItems, request.Power, alpha) : null);

        int? BySpread(int samples) => PairedSampleSize.Of(Design(spread, samples), request.Effect, request.Power, alpha);

        PlanPoint Point(int samples)
        {
            var items = BySpread(samples);
            var cells = 2L * items * samples;
            var calls = cells is { } count ? (long?)Math.Ceiling(count * (request.CallsPerCell ?? pilot.CallsPerCell)) : null;
            return new PlanPoint(
                samples,
                items,
                cells,
                calls,
                request.CostPerCall is null && request.CostPerScenario is null ? null : (calls * (request.CostPerCall ?? 0)) + (items * (request.CostPerScenario ?? 0)),
                cells * (request.SecondsPerCell ?? pilot.SecondsPerCell));
        }
    }

    private static PairedDesign Design(PlanSpread spread, int samples) => new(
        spread.DifferenceVariance, spread.WithinVariance, spread.ControlWithinVariance, samples, samples, spread.ItemsPerCluster, spread.ClusterCorrelation);

    // Where scenarios cost nothing but their calls, one sample of more scenarios always beats more samples of the same.
    private static int BestSamples(PlanRequest request, PilotSpread pilot) => request is { CostPerScenario: { } scenario, CostPerCall: > 0 and var call }
        ? BestSampleCount.Of(
            pilot.Spread!.DifferenceVariance,
            pilot.Spread.WithinVariance + pilot.Spread.ControlWithinVariance,
            scenario,
            2 * call * (request.CallsPerCell ?? pilot.CallsPerCell),
            MaxCurveSamples)
        : 1;

    private static string OutOfReach(PlanRequest request) =>
        FormattableString.Invariant($"Finding a difference of {request.Effect} takes more than {PairedSampleSize.MaxItems:N0} scenarios: look for a larger one.");

    private static PlanLooks LooksOf(int looks, int items, double power, double alpha)
    {
        var design = new GroupSequentialDesign([.. Enumerable.Range(1, looks).Select(look => (double)look / looks)], alpha, AlphaSpending.OBrienFleming);
        var largest = items * design.Inflation(power);
        return new PlanLooks(
            looks, design.Boundaries, (int)Math.Ceiling(largest), largest * design.ExpectedFraction(design.Drift(power)), largest * design.ExpectedFraction(0));
    }

    private static IEnumerable<string> Notes(PlanRequest request, PilotSpread pilot, int items)
    {
        if (items / pilot.Spread!.ItemsPerCluster < FewUnits)
        {
            yield return "So few scenarios find pass or fail, and ratings of one sample, less often than planned: ten of them by 7 to 34 points (docs/statistics.md). Twenty or more come within 2 to 8.";
        }

        if (pilot.OneSampleOnly)
        {
            yield return "The pilot has one sample a scenario: what more samples would save is not known, so only one is planned.";
        }

        if (pilot.Spread.PilotItems is < 50 and var measured)
        {
            yield return FormattableString.Invariant($"The spread rests on {measured} scenarios; with so few it may be half or twice as large, and so may the plan: itemsByUpperSpread is safe in four pilots of five.");
        }

        if (pilot.Spread is { DifferenceVariance: 0, WithinVariance: 0, ControlWithinVariance: 0 })
        {
            yield return pilot.Spread.PilotItems is null
                ? "All variances are given as 0, so any number of scenarios seems enough. That is unlikely to hold: give those that you expect."
                : "Nothing varied in the pilot, so any number of scenarios seems enough. That is unlikely to hold: use more scenarios.";
        }

        if (request.SamplesPerScenario is null && request.CostPerScenario is null && !pilot.OneSampleOnly)
        {
            yield return "Scenarios are taken to cost nothing beside their calls, so one sample of more scenarios is best; give costPerScenario if they do.";
        }
    }
}

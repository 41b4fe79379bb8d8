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

    // Runs that are drawn for the plan itself: a standard error of 0.9 points at 80%. For an effect 1.3, where a point is a hundredth of it; for the points of the curve 2.3.
    private const int Draws = 2_000;
    private const int EffectDraws = 1_000;
    private const int CurveDraws = 300;

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
        Func<int, PlannedScores>? scores = request.Unpaired ? null : samples => PlannedScores.Normal(given.Design(samples), []);
        return new PlanOutcome.Planned(Plan(request, new PilotSpread(given, scores, 1, null, OneSampleOnly: false)));
    }

    private static PlanReport Plan(PlanRequest request, PilotSpread pilot)
    {
        var spread = pilot.Spread!;
        var alpha = Math.Round(1 - request.Confidence, 12) / request.Comparisons;
        var samples = pilot.OneSampleOnly ? 1 : request.SamplesPerScenario ?? BestSamples(request, pilot);
        var design = spread.Design(samples);
        var plan = Point(samples, Draws);
        var byFormula = ByFormula(samples);
        var detectable = request.Items is { } given ? Detectable(given) : null;
        return new PlanReport(
            request.Effect,
            request.Power,
            alpha,
            spread,
            plan,
            detectable,
            [.. pilot.OneSampleOnly ? [] : CurveSamples.Select(count => count == samples ? plan : Point(count, CurveDraws))],
            plan.Items is null ? [OutOfReach(request)] : [.. Notes(request, pilot, plan, byFormula, detectable)],
            spread.PilotItems is { } measured ? ByUpperSpread(measured) : null,
            request.Looks is { } looks && plan.Items is { } fixedItems ? LooksOf(looks, fixedItems, request.Power, alpha) : null);

        int? ByFormula(int samples) => PairedSampleSize.Of(spread.Design(samples), request.Effect, request.Power, alpha);

        PlanPoint Point(int samples, int draws)
        {
            var items = ByFormula(samples);
            var tested = items is { } start && pilot.Scores?.Invoke(samples) is { } scores
                ? PlannedTest.SampleSize(scores, request.Effect, request.Power, alpha, start, draws) ?? PlannedTest.SampleSize(scores, -request.Effect, request.Power, alpha, start, draws)
                : null;
            items = tested?.Items ?? items;
            var cells = 2L * items * samples;
            var calls = cells is { } count ? (long?)Math.Ceiling(count * (request.CallsPerCell ?? pilot.CallsPerCell)) : null;
            return new PlanPoint(
                samples,
                items,
                cells,
                calls,
                request.CostPerCall is null && request.CostPerScenario is null ? null : (calls * (request.CostPerCall ?? 0)) + (items * (request.CostPerScenario ?? 0)),
                cells * (request.SecondsPerCell ?? pilot.SecondsPerCell),
                tested?.Power);
        }

        double? Detectable(int items)
        {
            // Clusters so uneven that the scenarios weigh as less than two of them have no formula, though a test.
            var isBeyondFormula = items < 2 * spread.ItemsPerCluster;
            var start = DetectableEffect.Of(isBeyondFormula ? design with { ItemsPerCluster = 1 } : design, items, request.Power, alpha);
            return pilot.Scores?.Invoke(samples) is not { } scores || scores.UnitsOf(items) > scores.MostUnits || start == 0 ? (isBeyondFormula ? null : start)
                : (Tested(Math.Sign(request.Effect) * start) ?? Tested(-Math.Sign(request.Effect) * start)) is { } tested ? Math.Abs(tested)
                : null;

            double? Tested(double from) => PlannedTest.DetectableEffect(scores, items, request.Power, alpha, from, EffectDraws);
        }

        // As many times more as the formula says.
        int? ByUpperSpread(int measured) =>
            PairedSampleSize.Of(design.WithVariancesTimes(SpreadLimit.FactorOf(measured)), request.Effect, request.Power, alpha) is { } safe && plan.Items is { } items && byFormula is { } formula
                ? (int)Math.Ceiling((double)safe * items / formula)
                : null;
    }

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

    private static IEnumerable<string> Notes(PlanRequest request, PilotSpread pilot, PlanPoint plan, int? byFormula, double? detectable)
    {
        if (plan.Power is { } power)
        {
            yield return FormattableString.Invariant($"Counted by the test that the run will use: with {plan.Items} scenarios it finds the difference in {power:P0} of the cases. The formula of the t test says {byFormula}.");
        }

        if (pilot.Scores?.Invoke(plan.SamplesPerScenario) is { } scores && !scores.HasRoom(request.Effect))
        {
            yield return scores.HasRoom(-request.Effect)
                ? FormattableString.Invariant($"The pilot's scores have no room for a difference of {request.Effect}: one of {-request.Effect} is planned.")
                : FormattableString.Invariant($"The pilot's scores have no room for a difference of {request.Effect}, which their scale does not reach.");
        }

        if (request.Items is { } given && detectable is null)
        {
            yield return FormattableString.Invariant($"With {given} scenarios no difference that the pilot's scores have room for is found in {request.Power:P0} of the cases.");
        }

        if (plan is { Power: null, Items: { } items } && pilot.Scores?.Invoke(plan.SamplesPerScenario).IsSkewed(items) == true)
        {
            yield return "The pilot's differences are skewed: a few large ones carry much of the mean. The formula of the t test, which counts so many scenarios, may be 20 points off either way then.";
        }

        if (pilot.OneSampleOnly)
        {
            yield return "The pilot has one sample a scenario: what more samples would save is not known, so only one is planned.";
        }

        if (pilot.Spread!.PilotItems is < 50 and var measured)
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

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Globalization;
using FunctionsEval.Gates;
using FunctionsEval.Planning;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using ModelContextProtocol.Server;

namespace FunctionsEval.Mcp;

/// <summary>Before a run: how large it has to be. After it: may it take the place of another?</summary>
internal sealed class DecideTools(ToolRuns runs, PlanComparison planner, RunStore store, CellLedger cells, AnalysisStore analyses)
{
    public IEnumerable<McpServerTool> All =>
    [
        new Tool<PlanArguments, PlanResult>(
            "plan",
            "Plan a comparison",
            "Tells how many scenarios and samples find a difference of a given size, and what that takes. The spread of the scores comes from a pilot run of two variants, "
            + "or from difference_variance and within_variance. Calls no model.",
            isReadOnly: true,
            PlanAsync),
        new Tool<GateArguments, GateResult>(
            "gate",
            "Decide whether a run passes",
            "Holds a run against a baseline run, limits, or both: pass, regress, inconclusive or incomplete, with a sentence for each check. Calls no model.",
            isReadOnly: true,
            GateAsync),
    ];

    private async Task<PlanResult> PlanAsync(PlanArguments arguments, CancellationToken cancellationToken)
    {
        var pilot = arguments.PilotRun is { } reference ? await runs.FindAsync(reference, cancellationToken) : null;
        return await planner.PlanAsync(arguments.ToRequest(pilot?.RunId), cancellationToken) switch
        {
            PlanOutcome.Planned(var report) => new PlanResult([.. SentencesOf(report), .. report.Notes], report),
            PlanOutcome.UnknownRun(var id) => throw new ToolException("pilot_run", $"run '{id}' does not exist in this store."),
            PlanOutcome.Rejected(var errors) => throw new ToolException(errors),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
    }

    private async Task<GateResult> GateAsync(GateArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Baseline is null && arguments.Limits is not { Count: > 0 })
        {
            throw new ToolException("baseline", "baseline or limits must be given: a run to compare with, or what the run has to keep.");
        }

        var run = await runs.FindAsync(arguments.Run, cancellationToken);
        var baseline = arguments.Baseline switch
        {
            null => null,
            RunFinder.Latest => await runs.BaselineAsync(run, cancellationToken),
            var reference => await runs.FindAsync(reference, cancellationToken),
        };
        try
        {
            var options = arguments.ToOptions(run);
            var report = await new GateRun(store, cells, analyses).RunAsync(run, baseline is null ? null : new GateBaseline.OfRun(baseline), options, cancellationToken);
            return new GateResult([$"{JsonRules.Name(report.Outcome)}: {report.Title}.", .. report.Sentences, .. report.Problems, .. report.Notes], report);
        }
        catch (GateException exception)
        {
            throw new ToolException("", exception.Message
                .Replace("--baseline-variant", "baseline_variant", StringComparison.Ordinal)
                .Replace("--variant", "variant", StringComparison.Ordinal)
                .Replace("--margin", "margin", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> SentencesOf(PlanReport report)
    {
        if (report.Plan is { Items: { } items } plan)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"To find a difference of {report.Effect:G4} in {report.Power:P0} of the cases takes {items:N0} scenarios with {plan.SamplesPerScenario} samples of either variant: {plan.Calls:N0} calls.");
        }

        if (report.DetectableEffect is { } effect)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The scenarios at hand find a difference of {effect:G4}.");
        }
    }
}

internal sealed record PlanArguments(
    [Description("The difference to find, in units of the score.")]
    double Effect,
    [Description("A run of at least two variants whose spread is taken: its id, the first characters of it, or latest.")]
    string? PilotRun = null,
    [Description("Of the pilot; the first that is not the control.")]
    string? Variant = null,
    [Description("Of the pilot.")]
    string? Control = null,
    [Description("A scorer of the pilot.")]
    string? Metric = null,
    [Description("Without a pilot: how much the true difference varies from scenario to scenario, as a variance.")]
    double? DifferenceVariance = null,
    [Description("Without a pilot: the variance of one sample around its scenario.")]
    double? WithinVariance = null,
    [Description("How often the difference shall be found.")]
    [Range(0.5, 0.999)]
    double Power = 0.8,
    [Description("Of the comparison.")]
    [Range(0.8, 0.999)]
    double Confidence = 0.95,
    [Description("Samples to plan for, 1 to 100; the cheapest number without it.")]
    [Range(1, 100)]
    int? SamplesPerScenario = null,
    [Description("Scenarios at hand: asks for the effect that they can find.")]
    [Range(2, 100_000_000)]
    int? Scenarios = null,
    [Description("In any currency.")]
    double? CostPerCall = null,
    [Description("What a scenario costs beside its calls, in the same currency.")]
    double? CostPerScenario = null)
{
    public PlanRequest ToRequest(string? pilotRunId) => new(
        Effect,
        Power,
        Confidence,
        pilotRunId,
        Variant,
        Control,
        Metric,
        DifferenceVariance,
        WithinVariance,
        SamplesPerScenario: SamplesPerScenario,
        Items: Scenarios,
        CostPerCall: CostPerCall,
        CostPerScenario: CostPerScenario);
}

internal sealed record PlanResult(IReadOnlyList<string> Sentences, PlanReport Plan) : IToolResult;

internal sealed record GateArguments(
    [Description(ToolRuns.Description)]
    string Run,
    [Description("The run that it is compared with: its id, the first characters of it, or latest, the newest completed run of the same name before it.")]
    string? Baseline = null,
    [Description("A loss below this is acceptable; without it the margin of the run's definition.")]
    [Range(0d, double.MaxValue, MinimumIsExclusive = true)]
    double? Margin = null,
    [Description("Of each check; without it that of the run, or 0.95.")]
    [Range(0.8, 0.999)]
    double? Confidence = null,
    [Description("Scorers to look at; without it all that both runs have.")]
    IReadOnlyList<string>? Metrics = null,
    [Description("Of the run.")]
    string? Variant = null,
    [Description("Of the baseline.")]
    string? BaselineVariant = null,
    [Description("The share of cells, 0 to 1, that may be without a score.")]
    [Range(0d, 1d)]
    double AllowMissing = 0,
    [Description("What the run has to keep. A measure is passRate, cost (USD), latencyP50 or latencyP95 (ms), errorRate or a scorer.")]
    IReadOnlyList<LimitArgument>? Limits = null)
{
    public GateOptions ToOptions(RunRecord run) => new(
        Margin, Confidence ?? run.Compare?.Confidence ?? 0.95, Metrics, Variant, BaselineVariant, AllowMissing, [.. (Limits ?? []).SelectMany(limit => limit.ToLimits())]);
}

/// <param name="Min">The least that it may be.</param>
/// <param name="Max">The most that it may be.</param>
internal sealed record LimitArgument(
    string Measure,
    [Description("The least that it may be.")]
    double? Min = null,
    [Description("The most that it may be.")]
    double? Max = null)
{
    public IEnumerable<GateLimit> ToLimits()
    {
        if (Min is null && Max is null)
        {
            throw new ToolException("limits", $"limits must have min or max, but that of '{Http.Excerpt.Of(Measure)}' has neither.");
        }

        return new[] { Min is { } min ? new GateLimit(Measure, IsLeast: true, min) : null, Max is { } max ? new GateLimit(Measure, IsLeast: false, max) : null }.OfType<GateLimit>();
    }
}

internal sealed record GateResult(IReadOnlyList<string> Sentences, GateReport Gate) : IToolResult;

using System.Globalization;
using FunctionsEval.Http;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;
using FunctionsEval.Statistics.Calibration;
using FunctionsEval.Statistics.Samples;

namespace FunctionsEval.Labels;

/// <param name="Variant">Compared with <paramref name="Control"/>; null is the first that is not the control. A run of one variant has its mean planned.</param>
public sealed record LabelPlanRequest(string? Metric = null, string? Variant = null, string? Control = null, double Power = 0.8);

/// <summary>What more labels would give.</summary>
/// <param name="Control">Null where the mean of one variant is planned.</param>
/// <param name="LabelledNow">Scenarios (or clusters) with labels of all that is planned for: what the numbers are learned from.</param>
/// <param name="WidthNow">Of the interval with them.</param>
/// <param name="Enough">Labelled scenarios whose interval is within a tenth of the narrowest that labels can give.</param>
/// <param name="AnswersEach">Answers to label of each scenario.</param>
/// <param name="Forecasts">By labelled scenarios.</param>
public sealed record LabelPlan(
    string Metric,
    string Variant,
    string? Control,
    int Scenarios,
    int LabelledNow,
    double WidthNow,
    int Enough,
    int AnswersEach,
    double Power,
    IReadOnlyList<LabelForecast> Forecasts,
    IReadOnlyList<string> Notes);

public abstract record LabelPlanOutcome
{
    private LabelPlanOutcome()
    {
    }

    public sealed record Planned(LabelPlan Plan) : LabelPlanOutcome;

    public sealed record UnknownRun(string RunId) : LabelPlanOutcome;

    public sealed record Rejected(FieldError Error) : LabelPlanOutcome;
}

/// <summary>How many labels are worth their work, learned from the few that a run has. Calls no model.</summary>
public sealed class PlanLabels(RunStore runs, CellLedger cells, LabelStore labels)
{
    private const int FewForPlan = 20;
    private static readonly int[] Steps = [10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000];

    public async Task<LabelPlanOutcome> PlanAsync(string runId, LabelPlanRequest request, CancellationToken cancellationToken)
    {
        if (request.Power is not (> 0.5 and < 1))
        {
            return Rejected("power", string.Create(CultureInfo.InvariantCulture, $"power must be above 0.5 and below 1, but is {request.Power}."));
        }

        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return new LabelPlanOutcome.UnknownRun(runId);
        }

        if (LabelMetric.Find(run, request.Metric) is not { } metric)
        {
            return Rejected("metric", LabelMetric.Unknown(run, request.Metric));
        }

        var names = run.Variants.Select(variant => variant.Name).ToList();
        var control = names.Count == 1 && request.Control is null ? -1 : names.IndexOf(request.Control ?? run.Compare?.Control ?? names[0]);
        var variant = request.Variant is { } wanted ? names.IndexOf(wanted) : names.FindIndex(name => control < 0 || name != names[control]);
        if (variant < 0 || variant == control || (control < 0 && names.Count > 1))
        {
            return Rejected(control < 0 ? "control" : "variant", $"variant and control must be two of {string.Join(", ", names)}, but are '{Excerpt.Of(request.Variant ?? "")}' and '{Excerpt.Of(request.Control ?? "")}'.");
        }

        var labelled = new LabelledCells(await labels.AllAsync(run.RunId, cancellationToken).ToListAsync(cancellationToken));
        var scores = await RunScores.ReadAsync(runs, cells, run, labelled.See, cancellationToken);
        var own = new LabelledMetric(scores, metric.Index, labelled.Of(scores.Scorers, metric.Index));
        var spread = control < 0 ? LabelSpread.OfMean(own.OfVariant(variant), metric.Scale) : LabelSpread.OfDifference(own.OfVariant(variant), own.OfVariant(control), metric.Scale);
        return spread is null
            ? Rejected("metric", $"Run '{run.RunId}' has labels of fewer than 2 scenarios{(control < 0 ? "" : " of both variants")} by '{metric.Name}': label some first ('functionseval label {run.RunId} --metric {metric.Name}').")
            : new LabelPlanOutcome.Planned(Plan(metric, names[variant], control < 0 ? null : names[control], spread, request.Power));
    }

    private static LabelPlan Plan(LabelMetric metric, string variant, string? control, LabelSpread spread, double power)
    {
        const double level = MultiSampleAnalysis.Level;
        var enough = Math.Max(2, spread.WorthLabelling(level));
        var steps = Steps.Append(enough).Append(spread.Units).Where(step => step <= spread.Units && step >= 2).Distinct().Order();
        return new LabelPlan(
            metric.Name,
            variant,
            control,
            spread.Units,
            spread.LabelledUnits,
            spread.With(spread.LabelledUnits, level, power).Width,
            enough,
            control is null ? 1 : 2,
            power,
            [.. steps.Select(step => spread.With(step, level, power))],
            [.. NotesOf(spread)]);
    }

    private static IEnumerable<string> NotesOf(LabelSpread spread)
    {
        if (spread.LabelledUnits < FewForPlan)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The judge's errors are known from {spread.LabelledUnits} scenarios only: the column 'at most' (80% upper limit) is the safer plan.");
        }

        if (spread.Residual == 0)
        {
            yield return "The labels so far never differ from the judge, so nothing tells yet how wrong it is: label more before you plan.";
        }
    }

    private static LabelPlanOutcome.Rejected Rejected(string field, string message) => new(new FieldError(field, message));
}

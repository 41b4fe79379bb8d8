using System.Diagnostics;
using System.Globalization;
using FunctionsEval.Http;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Labels;

internal static class LabelsApi
{
    private const int MostLabels = 10_000;

    public static void MapLabels(this IEndpointRouteBuilder api)
    {
        api.MapPost("/runs/{runId}/labels", Add);
        api.MapGet("/runs/{runId}/labels", List);
        api.MapGet("/runs/{runId}/labels/plan", Plan);
    }

    internal static async Task<Results<Ok<LabelReport>, ProblemHttpResult>> Add(
        string runId, Body<LabelsRequest> body, RunStore runs, AddLabels add, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        if (request.Labels.Count is 0 or > MostLabels)
        {
            return Problems.Invalid([new FieldError("labels", $"labels must be 1 to {MostLabels}, but are {request.Labels.Count}.")]);
        }

        var given = request.Labels.Select((label, index) => new GivenLabel(
            string.Create(CultureInfo.InvariantCulture, $"labels[{index}]"),
            label.ScenarioId,
            label.Variant,
            label.SampleIndex?.ToString(CultureInfo.InvariantCulture),
            label.Metric,
            label.Value.ToString("R", CultureInfo.InvariantCulture),
            label.Labeller,
            label.Note)).ToList();
        return await add.AddAsync(run, given, labeller: null, request.Replace, cancellationToken) switch
        {
            AddLabelsOutcome.Added(var report) => TypedResults.Ok(report),
            AddLabelsOutcome.Rejected(var errors) => Problems.Invalid(errors),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
    }

    internal static async Task<Results<Ok<LabelList>, ProblemHttpResult>> List(
        string runId, RunStore runs, LabelStore labels, CancellationToken cancellationToken, string? metric = null)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        var ids = await runs.ItemsAsync(runId, cancellationToken).Select(item => item.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new LabelList(await labels.AllAsync(runId, cancellationToken)
            .Where(label => metric is null || label.Metric == metric)
            .Select(label => new LabelView(
                ids[label.Address.Item], run.Variants[label.Address.Variant].Name, label.Address.Sample, label.Metric, label.Value, label.Labeller, label.Note, label.At))
            .ToListAsync(cancellationToken)));
    }

    internal static async Task<Results<Ok<LabelPlan>, ProblemHttpResult>> Plan(
        string runId, PlanLabels planner, CancellationToken cancellationToken, string? metric = null, string? variant = null, string? control = null, double power = 0.8) =>
        await planner.PlanAsync(runId, new LabelPlanRequest(metric, variant, control, power), cancellationToken) switch
        {
            LabelPlanOutcome.Planned(var plan) => TypedResults.Ok(plan),
            LabelPlanOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            LabelPlanOutcome.Rejected(var error) => Problems.Invalid([error]),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
}

/// <param name="Replace">A label that contradicts an earlier one of the same person takes its place; else it is refused.</param>
public sealed record LabelsRequest(IReadOnlyList<LabelRequest> Labels, bool Replace = false);

/// <param name="SampleIndex">Null is 0 where the run has one sample of each scenario.</param>
/// <param name="Metric">A scorer of the run; null is the first.</param>
/// <param name="Value">On the scorer's scale; 1 is a pass and 0 a fail.</param>
/// <param name="Labeller">Whose label it is; null is "someone".</param>
public sealed record LabelRequest(
    string ScenarioId, double Value, string? Variant = null, int? SampleIndex = null, string? Metric = null, string? Labeller = null, string? Note = null);

public sealed record LabelList(IReadOnlyList<LabelView> Labels);

public sealed record LabelView(string ScenarioId, string Variant, int SampleIndex, string Metric, double Value, string Labeller, string? Note, DateTimeOffset At);

using System.Globalization;
using FunctionsEval.Http;
using FunctionsEval.Labels;
using FunctionsEval.Pages.Runs;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Labels;

internal static class LabelPages
{
    public static void MapLabelPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/runs/{runId}/labels", Get);
        pages.MapPost("/runs/{runId}/labels", Give).WithMetadata(PageForm.Types);
        pages.MapPost("/runs/{runId}/labels/analyze", Analyze).WithMetadata(PageForm.Types);
    }

    /// <param name="labeller">Who labels; the page asks for it first.</param>
    /// <param name="from">The place in the order from which an answer is looked for.</param>
    internal static async Task<Results<Page, ProblemHttpResult>> Get(
        string runId, RunStore runs, LabelQueue queue, CancellationToken cancellationToken, string? metric = null, string? labeller = null, string? count = null, string? from = null)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        if (LabelMetric.Find(run, metric) is not { } known)
        {
            return Problems.Invalid([new FieldError("metric", LabelMetric.Unknown(run, metric))]);
        }

        var sitting = new LabelSitting(run, known, labeller?.Trim() ?? "", NumberOf(count) ?? AddLabels.DefaultCount);
        if (sitting.Errors() is { Count: > 0 } errors)
        {
            return Page.Of<LabelPage>(new { Sitting = sitting, Errors = errors }, string.IsNullOrEmpty(labeller) ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
        }

        var answer = await queue.NextAsync(run, known, sitting.Labeller, sitting.Count, Math.Max(0, NumberOf(from) ?? 0), cancellationToken);
        var (labelled, of) = await queue.ProgressAsync(run, known, sitting.Labeller, sitting.Count, cancellationToken);
        return Page.Of<LabelPage>(new { Sitting = sitting, Answer = answer, Labelled = labelled, Of = of });
    }

    internal static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Give(
        string runId, PageForm form, RunStore runs, LabelQueue queue, LabelStore labels, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        if (LabelMetric.Find(run, form["metric"]) is not { } metric)
        {
            return Problems.Invalid([new FieldError("metric", LabelMetric.Unknown(run, form["metric"]))]);
        }

        var sitting = new LabelSitting(run, metric, form["labeller"] ?? "", NumberOf(form["count"]) ?? AddLabels.DefaultCount);
        var position = NumberOf(form["position"]) ?? 0;
        if (sitting.Errors() is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        switch (form["action"])
        {
            case "skip":
                return TypedResults.Redirect(sitting.Address(position + 1));
            case "undo":
                return TypedResults.Redirect(sitting.Address(await queue.UndoAsync(run, metric, sitting.Labeller, sitting.Count, cancellationToken) ?? position));
        }

        if (metric.Parse(form["value"] ?? "") is not { } value)
        {
            return Problems.Invalid([new FieldError("value", $"value must be {metric.Rule}, but is '{Excerpt.Of(form["value"] ?? "")}'.")]);
        }

        var note = form["note"];
        if (note?.Length > AddLabels.MostNote)
        {
            return Problems.Invalid([new FieldError("note", $"note must have {AddLabels.MostNote} characters at most, but has {note.Length}.")]);
        }

        // The order may be another since the page was shown: what was not seen is not labelled.
        if (await queue.FindAsync(run, metric, sitting.Labeller, sitting.Count, position, cancellationToken) is { } answer && answer.Token == form["token"])
        {
            await labels.SaveAsync(runId, [new CellLabel(answer.Address, metric.Name, value, sitting.Labeller, clock.GetUtcNow(), note)], cancellationToken);
        }

        return TypedResults.Redirect(sitting.Address(position));
    }

    /// <summary>Takes the labels into the means and verdicts of a run that has ended.</summary>
    internal static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Analyze(string runId, PageForm form, RunStore runs, AnalyzeRun analyze, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        if (!run.Status.IsFinished())
        {
            return TypedResults.Problem($"Run '{runId}' is {Show.Status(run.Status)}: it is analyzed when it ends.", statusCode: 409);
        }

        await analyze.AnalyzeAsync(runId, cancellationToken);
        return TypedResults.Redirect(RunAddress.Of(runId));
    }

    private static int? NumberOf(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Who labels what of a run, and how much of it.</summary>
public sealed record LabelSitting(RunRecord Run, LabelMetric Metric, string Labeller, int Count)
{
    public static string AddressOf(string runId) => $"{RunAddress.Of(runId)}/labels";

    public string Address(int from) => string.Create(
        CultureInfo.InvariantCulture, $"{AddressOf(Run.RunId)}?metric={Uri.EscapeDataString(Metric.Name)}&labeller={Uri.EscapeDataString(Labeller)}&count={Count}&from={from}");

    public List<FieldError> Errors() =>
    [
        .. Labeller.Length is 0 or > AddLabels.MostName ? [new FieldError("labeller", $"Your name must have 1 to {AddLabels.MostName} characters.")] : Array.Empty<FieldError>(),
        .. Count is < 1 or > AddLabels.MostCount ? [new FieldError("count", $"Answers must be 1 to {AddLabels.MostCount}, but are {Count}.")] : Array.Empty<FieldError>(),
    ];
}

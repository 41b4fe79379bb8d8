using System.Diagnostics;
using FunctionsEval.Http;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Pairs;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Runs;

internal static class RunsApi
{
    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/runs");
        runs.MapPost("/", Start);
        runs.MapGet("/", List);
        runs.MapPost("/estimate", Estimate);
        runs.MapGet("/{runId}", Get).WithName(nameof(Get)).WithMetadata(Revalidated.Endpoint);
        runs.MapGet("/{runId}/cells", Cells);
        runs.MapGet("/{runId}/items/{item:int}", Item);
        runs.MapGet("/{runId}/analysis", Analysis).WithMetadata(Revalidated.Endpoint);
        runs.MapGet("/{runId}/events", RunEvents.Follow);
        runs.MapPost("/{runId}/pause", Pause);
        runs.MapPost("/{runId}/resume", Resume);
        runs.MapPost("/{runId}/cancel", Cancel);
    }

    internal static async Task<Results<AcceptedAtRoute<RunView>, ProblemHttpResult>> Start(
        Body<StartRunRequest> body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, RequestRun requests, CancellationToken cancellationToken) =>
        body.Value is not { } request ? body.Problem! : await (idempotencyKey is null
            ? requests.StartAsync(request, cancellationToken)
            : requests.StartOnceAsync(request, idempotencyKey, cancellationToken)) switch
        {
            StartOutcome.KeyUsed => TypedResults.Problem("The Idempotency-Key came with another request before: give each request a key of its own.", statusCode: 422),
            StartOutcome.Started(var run) => TypedResults.AcceptedAtRoute(RunView.Of(run, counts: null), nameof(Get), new { runId = run.RunId }),
            StartOutcome.UnknownDefinition(var id) => Problems.NotFound("Definition", id),
            StartOutcome.Rejected(var errors) => Problems.Invalid(errors),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    internal static async Task<Results<Ok<RunEstimate>, ProblemHttpResult>> Estimate(
        Body<StartRunRequest> body, RequestRun requests, CancellationToken cancellationToken) =>
        body.Value is not { } request ? body.Problem! : await requests.EstimateAsync(request, cancellationToken) switch
        {
            EstimateOutcome.Estimated(var estimate) => TypedResults.Ok(estimate),
            EstimateOutcome.UnknownDefinition(var id) => Problems.NotFound("Definition", id),
            EstimateOutcome.Rejected(var errors) => Problems.Invalid(errors),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    internal static async Task<Results<Ok<RunPage>, ProblemHttpResult>> List(
        RunList list,
        CancellationToken cancellationToken,
        string? status = null,
        string? tag = null,
        string? name = null,
        string? kind = null,
        int pageSize = 50,
        string? continuationToken = null)
    {
        var (filter, filterError) = RunFilter.Of(status, tag, name, kind);
        return (Paging.Error(pageSize) ?? filterError) is { } error
            ? Problems.Invalid([error])
            : TypedResults.Ok(await list.PageAsync(filter, pageSize, continuationToken, cancellationToken));
    }

    internal static async Task<Results<Ok<RunView>, ProblemHttpResult>> Get(
        string runId, RunStore runs, CellLedger cells, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) is { } run
            ? TypedResults.Ok(RunView.Of(run, await cells.CountAsync(run, cancellationToken)))
            : Problems.NotFound("Run", runId);

    internal static async Task<Results<Ok<CellPage>, ProblemHttpResult>> Cells(
        string runId,
        RunStore runs,
        CellLedger cells,
        CancellationToken cancellationToken,
        string? variant = null,
        string? model = null,
        int? sampleIndex = null,
        int? itemIndex = null,
        int pageSize = 100,
        string? continuationToken = null)
    {
        var (requested, problem) = await RequestedCells.FindAsync(runs, runId, variant, model, sampleIndex, itemIndex, pageSize, cancellationToken);
        if (requested is not var (run, filter))
        {
            return problem!;
        }

        var (page, continuation) = await cells.PageAsync(run, filter, pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new CellPage([.. page.Select(cell => CellView.Of(run, cell))], continuation));
    }

    internal static async Task<Results<Ok<ItemView>, ProblemHttpResult>> Item(
        string runId,
        int item,
        RunStore runs,
        CellLedger cells,
        PairLedger pairs,
        CancellationToken cancellationToken,
        string? variant = null,
        string? model = null,
        int? sampleIndex = null,
        int pageSize = 100,
        string? continuationToken = null)
    {
        var (requested, problem) = await RequestedCells.FindAsync(runs, runId, variant, model, sampleIndex, itemIndex: null, pageSize, cancellationToken);
        if (requested is not var (run, filter))
        {
            return problem!;
        }

        if (item < 0 || await runs.FindItemAsync(runId, item, cancellationToken) is not { } scenario)
        {
            return Problems.NotFound("Item", $"{runId}/{item}");
        }

        var (page, continuation) = await cells.PageAsync(run, filter with { Item = item }, pageSize, continuationToken, cancellationToken);
        var views = new List<CellView>(page.Count);
        foreach (var cell in page)
        {
            views.Add(CellView.Of(run, cell, await cells.FindTranscriptAsync(runId, cell.Address, cancellationToken)));
        }

        var samples = views.Select(view => view.SampleIndex).ToHashSet();
        IReadOnlyList<PairView>? compared = run.Pairwise is null ? null : [.. (await pairs.ViewsAsync(run, item, cancellationToken)).Where(pair => samples.Contains(pair.SampleIndex))];
        return TypedResults.Ok(new ItemView(item, scenario, views, continuation, compared));
    }

    internal static async Task<Results<Ok<RunAnalysis>, ProblemHttpResult>> Analysis(
        string runId, RunStore runs, AnalysisStore analyses, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        return await analyses.FindAsync(runId, cancellationToken) is { } analysis
            ? TypedResults.Ok(analysis)
            : TypedResults.Problem(MissingAnalysis.ReasonOf(run), statusCode: 404);
    }

    internal static async Task<Results<Accepted<RunView>, ProblemHttpResult>> Pause(
        string runId, RunControl control, CellLedger cells, CancellationToken cancellationToken) =>
        await AnswerAsync(await control.PauseAsync(runId, cancellationToken), cells, cancellationToken);

    internal static async Task<Results<Accepted<RunView>, ProblemHttpResult>> Resume(
        string runId, RunControl control, CellLedger cells, CancellationToken cancellationToken) =>
        await AnswerAsync(await control.ResumeAsync(runId, cancellationToken), cells, cancellationToken);

    internal static async Task<Results<Accepted<RunView>, ProblemHttpResult>> Cancel(
        string runId, RunControl control, CellLedger cells, CancellationToken cancellationToken) =>
        await AnswerAsync(await control.CancelAsync(runId, cancellationToken), cells, cancellationToken);

    private static async Task<Results<Accepted<RunView>, ProblemHttpResult>> AnswerAsync(
        ControlOutcome outcome, CellLedger cells, CancellationToken cancellationToken) => outcome switch
        {
            ControlOutcome.Changed(var run) => TypedResults.Accepted($"/api/runs/{run.RunId}", RunView.Of(run, await cells.CountAsync(run, cancellationToken))),
            ControlOutcome.UnknownRun(var runId) => Problems.NotFound("Run", runId),
            ControlOutcome.WrongState(_, var message) => TypedResults.Problem(message, statusCode: 409),
            _ => throw new UnreachableException($"Unhandled {outcome.GetType().Name}"),
        };
}

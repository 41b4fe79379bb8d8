using System.Diagnostics;
using System.Text.Json;
using FunctionsEval.Http;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Runs;

/// <summary>What can be done to a run that has ended.</summary>
internal static class ChangesApi
{
    public static void MapRunChanges(this IEndpointRouteBuilder api)
    {
        api.MapPost("/runs/{runId}/extend", Extend);
        api.MapPost("/runs/{runId}/retry", Retry);
        api.MapPost("/runs/{runId}/rescore", Rescore);
        api.MapPut("/runs/{runId}/tags", Tag);
        api.MapDelete("/runs/{runId}", Delete);
    }

    internal static async Task<Results<Accepted<RunView>, ProblemHttpResult>> Extend(
        string runId, Body<ExtendRequest> body, ExtendRun extend, CancellationToken cancellationToken) =>
        body.Value is not { } request ? body.Problem! : await extend.ExtendAsync(runId, request, baseUrl: null, cancellationToken) switch
        {
            ExtendOutcome.Extended(var run) => TypedResults.Accepted($"/api/runs/{run.RunId}", RunView.Of(run, counts: null)),
            ExtendOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            ExtendOutcome.Rejected(var errors) => Problems.Invalid(errors),
            ExtendOutcome.WrongState(var message) => TypedResults.Problem(message, statusCode: 409),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    internal static async Task<Results<Accepted<RunView>, Ok<RunView>, ProblemHttpResult>> Retry(
        string runId, Body<RetryRequest> body, RetryRun retry, CellLedger cells, CancellationToken cancellationToken) =>
        body.Value is not { } request ? body.Problem! : await retry.RetryAsync(runId, request, baseUrl: null, cancellationToken) switch
        {
            RetryOutcome.Retrying(var run) => TypedResults.Accepted($"/api/runs/{run.RunId}", RunView.Of(run, counts: null)),
            RetryOutcome.Nothing(var run) => TypedResults.Ok(RunView.Of(run, await cells.CountAsync(run, cancellationToken))),
            RetryOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            RetryOutcome.Rejected(var errors) => Problems.Invalid(errors),
            RetryOutcome.WrongState(var message) => TypedResults.Problem(message, statusCode: 409),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    internal static async Task<Results<Accepted<RunView>, ProblemHttpResult>> Rescore(
        string runId, Body<RescoreRequest> body, RescoreRun rescore, CancellationToken cancellationToken) =>
        body.Value is not { } request ? body.Problem! : await rescore.RequestAsync(runId, request.Scorers.GetRawText(), request.BudgetUsd, cancellationToken) switch
        {
            RescoreOutcome.Requested(var run) => TypedResults.Accepted($"/api/runs/{run.RunId}", RunView.Of(run, counts: null)),
            RescoreOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            RescoreOutcome.Rejected(var errors) => Problems.Invalid(errors),
            RescoreOutcome.WrongState(var message) => TypedResults.Problem(message, statusCode: 409),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

    internal static async Task<Results<Ok<RunView>, ProblemHttpResult>> Tag(
        string runId, Body<TagsRequest> body, RunTags runTags, CellLedger cells, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        var tags = RunTags.Distinct(request.Tags);
        return RunTags.Error(tags) is { } error ? Problems.Invalid([error])
            : await runTags.ChangeAsync(runId, _ => tags, cancellationToken) is { } run ? TypedResults.Ok(RunView.Of(run, await cells.CountAsync(run, cancellationToken)))
            : Problems.NotFound("Run", runId);
    }

    internal static async Task<Results<NoContent, ProblemHttpResult>> Delete(string runId, DeleteRun delete, CancellationToken cancellationToken) =>
        await delete.DeleteAsync(runId, cancellationToken) switch
        {
            DeleteOutcome.Deleted => TypedResults.NoContent(),
            DeleteOutcome.UnknownRun(var id) => Problems.NotFound("Run", id),
            DeleteOutcome.WrongState(var message) => TypedResults.Problem(message, statusCode: 409),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
}

/// <param name="Tags">All that the run shall have.</param>
public sealed record TagsRequest(IReadOnlyList<string> Tags);

/// <param name="Scorers">As in a definition.</param>
/// <param name="BudgetUsd">What judges may cost; null is what the run's own budget has left, or no limit.</param>
public sealed record RescoreRequest(JsonElement Scorers, double? BudgetUsd = null);

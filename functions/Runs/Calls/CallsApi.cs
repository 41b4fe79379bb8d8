using FunctionsEval.Http;
using FunctionsEval.Runs.Cells;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Runs.Calls;

internal static class CallsApi
{
    public static void MapCalls(this IEndpointRouteBuilder api) => api.MapGet("/runs/{runId}/calls", List);

    internal static async Task<Results<Ok<ProviderCallPage>, ProblemHttpResult>> List(
        string runId,
        RunStore runs,
        CallRows calls,
        CancellationToken cancellationToken,
        string? variant = null,
        string? model = null,
        int? sampleIndex = null,
        int? itemIndex = null,
        string? status = null,
        int pageSize = 100,
        string? continuationToken = null)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound("Run", runId);
        }

        var (filter, filterError) = CellFilter.Of(run, variant, model, sampleIndex, itemIndex);
        var statusError = status is null or "ok" or "error" ? null : new FieldError("status", $"status must be ok or error, but is '{status}'.");
        if ((Paging.Error(pageSize) ?? filterError ?? statusError) is { } error)
        {
            return Problems.Invalid([error]);
        }

        var (page, continuation) = await calls.PageAsync(run, filter, status, pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new ProviderCallPage(page, continuation));
    }
}

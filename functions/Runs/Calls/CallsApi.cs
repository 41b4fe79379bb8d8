using FunctionsEval.Http;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
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
        var (requested, problem) = await RequestedCells.FindAsync(runs, runId, variant, model, sampleIndex, itemIndex, pageSize, cancellationToken);
        if (requested is not var (run, filter))
        {
            return problem!;
        }

        if (status is not (null or "ok" or "error"))
        {
            return Problems.Invalid([new FieldError("status", $"status must be ok or error, but is '{status}'.")]);
        }

        var (page, continuation) = await calls.PageAsync(run, filter, status, pageSize, continuationToken, cancellationToken);
        return TypedResults.Ok(new ProviderCallPage(page, continuation));
    }
}

using FunctionsEval.Http;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Exports;

internal static class ExportsApi
{
    public static void MapExports(this IEndpointRouteBuilder api) => api.MapGet("/runs/{runId}/export", Export);

    internal static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> Export(
        string runId, RunStore runs, ExportRun export, CancellationToken cancellationToken, string? format = null, bool bom = false)
    {
        var (known, error) = ExportFormats.Of(format);
        return error is not null ? Problems.Invalid([error])
            : await runs.FindAsync(runId, cancellationToken) is not { } run ? Problems.NotFound("Run", runId)
            : TypedResults.Stream(
                output => export.WriteAsync(run, known, output, bom, cancellationToken), known.ContentType(), $"{runId}.{known.Extension()}");
    }
}

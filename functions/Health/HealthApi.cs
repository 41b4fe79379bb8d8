using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Health;

internal static class HealthApi
{
    public static void MapHealth(this IEndpointRouteBuilder api) => api.MapGet("/health", Get);

    internal static async Task<JsonHttpResult<HealthReport>> Get(HealthCheck check, CancellationToken cancellationToken)
    {
        var report = await check.CheckAsync(cancellationToken);
        return TypedResults.Json(report, EvalJson.Context.HealthReport, statusCode: report.Healthy ? 200 : 503);
    }
}

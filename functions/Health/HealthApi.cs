using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Health;

internal static class HealthApi
{
    public static void MapHealth(this IEndpointRouteBuilder api)
    {
        api.MapGet("/health", Get);

        // The function app asks no key for /health, so it cannot tell who calls.
        api.MapGet("/admin/health", GetReport);
    }

    /// <summary>Probes have no key: a stranger is told whether the server is well, and nothing about it.</summary>
    internal static async Task<Results<JsonHttpResult<HealthReport>, JsonHttpResult<HealthStatus>>> Get(
        Caller caller, HealthCheck check, CancellationToken cancellationToken)
    {
        if (caller.IsKnown)
        {
            return await GetReport(check, cancellationToken);
        }

        var status = new HealthStatus((await check.CheckAsync(cancellationToken)).Healthy);
        return TypedResults.Json(status, HealthJson.Context.HealthStatus, statusCode: StatusOf(status.Healthy));
    }

    internal static async Task<JsonHttpResult<HealthReport>> GetReport(HealthCheck check, CancellationToken cancellationToken)
    {
        var report = await check.CheckAsync(cancellationToken);
        return TypedResults.Json(report, HealthJson.Context.HealthReport, statusCode: StatusOf(report.Healthy));
    }

    private static int StatusOf(bool isHealthy) => isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}

public sealed record HealthStatus(bool Healthy);

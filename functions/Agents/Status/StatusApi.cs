using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Agents.Status;

internal static class StatusApi
{
    public static void MapStatus(this IEndpointRouteBuilder agent) => agent.MapGet("/status-report", Get);

    internal static async Task<Ok<StatusReport>> Get(MakeStatusReport make, CancellationToken cancellationToken) =>
        TypedResults.Ok(await make.MakeAsync(cancellationToken));
}

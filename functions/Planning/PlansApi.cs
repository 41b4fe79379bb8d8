using System.Diagnostics;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Planning;

internal static class PlansApi
{
    public static void MapPlans(this IEndpointRouteBuilder api) => api.MapPost("/plans", Plan);

    internal static async Task<Results<Ok<PlanReport>, ProblemHttpResult>> Plan(
        Body<PlanRequest> body, PlanComparison planner, CancellationToken cancellationToken) =>
        body.Value is not { } request ? body.Problem! : await planner.PlanAsync(request, cancellationToken) switch
        {
            PlanOutcome.Planned(var report) => TypedResults.Ok(report),
            PlanOutcome.UnknownRun(var runId) => Problems.NotFound("Run", runId),
            PlanOutcome.Rejected(var errors) => Problems.Invalid(errors),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };
}

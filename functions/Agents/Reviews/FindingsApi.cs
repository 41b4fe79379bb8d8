using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Agents.Reviews;

internal static class FindingsApi
{
    public static void MapFindings(this IEndpointRouteBuilder agent)
    {
        agent.MapGet("/findings", List);
        agent.MapGet("/findings/{findingId}", Get);
        agent.MapPost("/review", Run);
    }

    internal static async Task<Ok<ReviewReport>> List(FindingStore findings, CancellationToken cancellationToken, bool resolved = false) =>
        TypedResults.Ok(await findings.ReportAsync(resolved, cancellationToken));

    internal static async Task<Results<Ok<Finding>, ProblemHttpResult>> Get(string findingId, FindingStore findings, CancellationToken cancellationToken) =>
        await findings.FindAsync(findingId, cancellationToken) is { } finding ? TypedResults.Ok(finding) : Problems.NotFound("Finding", findingId);

    internal static async Task<Ok<ReviewReport>> Run(Review review, CancellationToken cancellationToken) =>
        TypedResults.Ok(await review.RunAsync(cancellationToken));
}

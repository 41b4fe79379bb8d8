using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Agents.Reviews;

internal static class FindingsApi
{
    public static void MapFindings(this IEndpointRouteBuilder agent)
    {
        agent.MapGet("/findings", List);
        agent.MapGet("/findings/{findingId}", Get);
        agent.MapPost("/findings/{findingId}/acknowledge", Acknowledge);
        agent.MapDelete("/findings/{findingId}/acknowledge", TakeBack);
        agent.MapPost("/review", Run);
    }

    internal static async Task<Ok<ReviewReport>> List(FindingStore findings, CancellationToken cancellationToken, bool resolved = false) =>
        TypedResults.Ok(await findings.ReportAsync(resolved, cancellationToken));

    internal static async Task<Results<Ok<Finding>, ProblemHttpResult>> Get(string findingId, FindingStore findings, CancellationToken cancellationToken) =>
        await findings.FindAsync(findingId, cancellationToken) is { } finding ? TypedResults.Ok(finding) : Problems.NotFound("Finding", findingId);

    internal static async Task<Results<Ok<Finding>, ProblemHttpResult>> Acknowledge(
        string findingId, Body<AcknowledgeRequest> body, FindingStore findings, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.Value is not { } request)
        {
            return body.Problem!;
        }

        var now = clock.GetUtcNow();
        return request.Errors(now) is { Count: > 0 } errors
            ? Problems.Invalid(errors)
            : ResultOf(findingId, await findings.AcknowledgeAsync(findingId, new Acknowledgement(now, request.By, request.Note), cancellationToken));
    }

    internal static async Task<Results<Ok<Finding>, ProblemHttpResult>> TakeBack(string findingId, FindingStore findings, CancellationToken cancellationToken) =>
        ResultOf(findingId, await findings.AcknowledgeAsync(findingId, acknowledgement: null, cancellationToken));

    private static Results<Ok<Finding>, ProblemHttpResult> ResultOf(string id, Finding? finding) => finding switch
    {
        null => Problems.NotFound("Finding", id),
        { ResolvedAt: { } at } => TypedResults.Problem(Resolved(id, at), statusCode: StatusCodes.Status409Conflict),
        _ => TypedResults.Ok(finding),
    };

    internal static string Resolved(string id, DateTimeOffset at) => $"Finding '{Excerpt.Of(id)}' is resolved since {at:yyyy-MM-ddTHH:mm:ssZ}: its condition is gone.";

    internal static async Task<Ok<ReviewReport>> Run(Review review, CancellationToken cancellationToken) =>
        TypedResults.Ok(await review.RunAsync(cancellationToken));
}

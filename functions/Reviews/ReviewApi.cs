using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Reviews;

internal static class ReviewApi
{
    public static void MapReview(this IEndpointRouteBuilder api)
    {
        api.MapGet("/review", Get);
        api.MapPost("/review", Run);
    }

    internal static async Task<Ok<ReviewReport>> Get(FindingStore findings, CancellationToken cancellationToken, bool resolved = false) =>
        TypedResults.Ok(await findings.ReportAsync(resolved, cancellationToken));

    internal static async Task<Ok<ReviewReport>> Run(Review review, CancellationToken cancellationToken) =>
        TypedResults.Ok(await review.RunAsync(cancellationToken));
}

using FunctionsEval.Agents.Reviews;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Findings;

internal static class FindingPages
{
    public static void MapFindingPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/findings", Get);
        pages.MapPost("/findings", ReviewNow).WithMetadata(PageForm.Types);
    }

    internal static async Task<Page> Get(FindingStore findings, CancellationToken cancellationToken, string? resolved = null) =>
        Page.Of<FindingsPage>(new { Report = await findings.ReportAsync(resolved == "true", cancellationToken), WithResolved = resolved == "true" });

    internal static async Task<RedirectHttpResult> ReviewNow(Review review, CancellationToken cancellationToken)
    {
        await review.RunAsync(cancellationToken);
        return TypedResults.Redirect($"{PageAccess.Root}/findings");
    }
}

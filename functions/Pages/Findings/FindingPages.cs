using FunctionsEval.Agents.Reviews;
using FunctionsEval.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Findings;

internal static class FindingPages
{
    public static void MapFindingPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/findings", Get);
        pages.MapPost("/findings", ReviewNow).WithMetadata(PageForm.Types);
        pages.MapPost("/findings/{findingId}", Acknowledge).WithMetadata(PageForm.Types);
    }

    internal static async Task<Page> Get(FindingStore findings, CancellationToken cancellationToken, string? resolved = null) =>
        Page.Of<FindingsPage>(new { Report = await findings.ReportAsync(resolved == "true", cancellationToken), WithResolved = resolved == "true" });

    /// <summary>By a form with what is done about it, or with <c>undo</c>; goes back to the page it was sent from.</summary>
    internal static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Acknowledge(
        string findingId, PageForm form, FindingStore findings, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (new AcknowledgeRequest(Note: form["note"]).Errors(now) is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        return await findings.AcknowledgeAsync(findingId, form["undo"] is null ? new Acknowledgement(now, Note: form["note"]) : null, cancellationToken) switch
        {
            null => Problems.NotFound("Finding", findingId),
            { ResolvedAt: { } at } => TypedResults.Problem(FindingsApi.Resolved(findingId, at), statusCode: StatusCodes.Status409Conflict),
            _ => TypedResults.Redirect(form["from"] == "agents" ? Agents.AgentPages.Address : $"{PageAccess.Root}/findings"),
        };
    }

    internal static async Task<RedirectHttpResult> ReviewNow(Review review, CancellationToken cancellationToken)
    {
        await review.RunAsync(cancellationToken);
        return TypedResults.Redirect($"{PageAccess.Root}/findings");
    }
}

using Microsoft.AspNetCore.WebUtilities;

namespace FunctionsEval.Pages;

/// <summary>Errors below the pages' address as a page instead of problem+json.</summary>
internal sealed class PageProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Path.StartsWithSegments(PageAccess.Root, StringComparison.OrdinalIgnoreCase);

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        problem.Status = status;
        Http.ExceptionProblems.Describe(context);
        var page = Page.Of<ProblemPage>(new { Heading = problem.Title ?? ReasonPhrases.GetReasonPhrase(status), problem.Detail }, status);
        await page.ExecuteAsync(context.HttpContext);
    }
}

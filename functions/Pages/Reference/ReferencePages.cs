using System.Text.Json;
using FunctionsEval.Http.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Reference;

/// <summary>The API for people, rendered from its OpenAPI document.</summary>
internal static class ReferencePages
{
    public const string Path = $"{PageAccess.Root}/reference";

    /// <summary>Easier to remember, and where other services have theirs.</summary>
    public const string ShortPath = "/api/docs";

    public static void MapReferencePages(this IEndpointRouteBuilder pages) => pages.MapGet("/reference", Get);

    internal static RedirectHttpResult Open() => TypedResults.Redirect(Path);

    internal static async Task<Page> Get(ApiDocument document)
    {
        using var json = JsonDocument.Parse(await document.JsonAsync());
        return Page.Of<ReferencePage>(new { Contents = ApiReference.Of(json.RootElement) });
    }
}

using System.Net;
using FunctionsEval.Http;
using FunctionsEval.Pages;
using FunctionsEval.Pages.Reference;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Local;

/// <summary>
/// The key rule of a stand-alone server. With FUNCTIONSEVAL_API_KEY every call needs it (header <c>x-functions-key</c> or query
/// <c>code</c>). Without, only this machine is served: under a loopback name, so that no web page can reach the server
/// through a name of its own that resolves to 127.0.0.1, and not on behalf of <see cref="OtherSites"/>.
/// </summary>
internal sealed class ApiKey(RequestDelegate next, ApiKeySetting setting)
{
    private static readonly Caller Known = new(IsKnown: true);

    private readonly ServerKey? _expected = setting.Key is null ? null : new ServerKey(setting.Key);

    public Task InvokeAsync(HttpContext context)
    {
        var refusal = Refusal(context);
        if (refusal is null)
        {
            context.Features.Set(Known);
        }

        return refusal is null || IsOpen(context.Request.Path) ? next(context) : refusal.ExecuteAsync(context);
    }

    private ProblemHttpResult? Refusal(HttpContext context)
    {
        if (_expected is not null)
        {
            return HasKey(context.Request)
                ? null
                : TypedResults.Problem("The header x-functions-key (or the query parameter code) is missing or wrong.", statusCode: 401);
        }

        return !IsLocal(context)
            ? TypedResults.Problem("Without FUNCTIONSEVAL_API_KEY only calls from this machine to a loopback address are served.", statusCode: 403)
            : OtherSites.ReasonToRefuse(context.Request) is { } reason ? TypedResults.Problem(reason, statusCode: 403) : null;
    }

    // With a key the pages have a sign-in of their own.
    private bool IsOpen(PathString path) =>
        path == "/" || path == "/api/health" || path == ReferencePages.ShortPath || PageAccess.IsAsset(path) || (_expected is not null && path.StartsWithSegments(PageAccess.Root, StringComparison.OrdinalIgnoreCase));

    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && (context.Request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host)));

    private bool HasKey(HttpRequest request) => _expected!.Is(request.Headers["x-functions-key"].FirstOrDefault() ?? request.Query["code"].FirstOrDefault());
}

/// <summary>A class of its own, so that a null key can be handed to the middleware.</summary>
internal sealed record ApiKeySetting(string? Key);

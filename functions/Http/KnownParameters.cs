using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing.Patterns;

namespace FunctionsEval.Http;

/// <summary>A misspelt filter would silently give all rows: what reads refuses query parameters that it does not know.</summary>
internal static class KnownParameters
{
    // The key of the Functions host and its name, which the host leaves in the query.
    private static readonly string[] OfEverybody = ["code", "clientId"];

    // Probes, caches and links append what they like to these; the admin endpoints have no filters, and errors of their own.
    private static readonly string[] Open = ["/api/health", "/api/ui", "/api/admin"];

    public static Task CheckAsync(HttpContext context, RequestDelegate next) => UnknownIn(context) is { } error
        ? Problems.Invalid([error]).ExecuteAsync(context)
        : next(context);

    private static FieldError? UnknownIn(HttpContext context)
    {
        var request = context.Request;
        if (request.Query.Count == 0
            || !HttpMethods.IsGet(request.Method)
            || context.GetEndpoint() is not RouteEndpoint endpoint
            || endpoint.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) != true
            || Open.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var known = endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>().Where(metadata => IsQuery(metadata, endpoint.RoutePattern)).Select(metadata => metadata.Name).ToList();
        var unknown = request.Query.Keys.FirstOrDefault(name => !known.Concat(OfEverybody).Contains(name, StringComparer.OrdinalIgnoreCase));
        return unknown is null
            ? null
            : new FieldError(unknown, $"{unknown} is not a known parameter of {request.Path}, which takes {(known.Count == 0 ? "none" : string.Join(", ", known))}.");
    }

    private static bool IsQuery(IParameterBindingMetadata metadata, RoutePattern route) =>
        (metadata.ParameterInfo.ParameterType == typeof(string) || metadata.HasTryParse) && route.GetParameter(metadata.Name) is null;
}

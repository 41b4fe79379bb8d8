using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace FunctionsEval.Http;

/// <summary>
/// Checks query parameters before an endpoint binds them. What reads refuses those that it does not know: a misspelt filter would
/// silently give all rows.
/// </summary>
internal static class KnownParameters
{
    // The key of the Functions host and its name, which the host leaves in the query.
    private static readonly string[] OfEverybody = ["code", "clientId"];

    // Probes, caches and links append what they like to these; the admin endpoints have no filters, and errors of their own.
    private static readonly string[] Open = ["/api/health", "/api/pages", "/api/admin"];

    public static Task CheckAsync(HttpContext context, RequestDelegate next) => ErrorIn(context) is { } error
        ? Problems.Invalid([error]).ExecuteAsync(context)
        : next(context);

    private static FieldError? ErrorIn(HttpContext context)
    {
        var request = context.Request;
        if (request.Query.Count == 0
            || context.GetEndpoint() is not RouteEndpoint endpoint
            || endpoint.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) != true
            || Open.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var known = endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>().Where(metadata => IsQuery(metadata, endpoint.RoutePattern)).ToList();
        return (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? UnknownIn(request, [.. known.Select(NameOf)]) : null)
            ?? known.Select(parameter => ValueError(parameter, request.Query)).FirstOrDefault(error => error is not null);
    }

    private static FieldError? UnknownIn(HttpRequest request, string[] known)
    {
        if (request.Query.Keys.FirstOrDefault(name => !known.Concat(OfEverybody).Contains(name, StringComparer.OrdinalIgnoreCase)) is not { } unknown)
        {
            return null;
        }

        var field = Excerpt.Of(unknown);
        return new FieldError(field, $"{field} is not a known parameter of {Excerpt.Of(request.Path)}, which takes {(known.Length == 0 ? "none" : string.Join(", ", known))}.");
    }

    private static FieldError? ValueError(IParameterBindingMetadata parameter, IQueryCollection query)
    {
        var name = NameOf(parameter);
        if (!query.TryGetValue(name, out var given))
        {
            return null;
        }

        return given.Count > 1
            ? new FieldError(name, $"{name} must be given once, but is given {given.Count} times.")
            : KindError(parameter.ParameterInfo.ParameterType, given) is { } rule
                ? new FieldError(name, $"{name} {rule}, but is '{Excerpt.Of(given.ToString())}'.")
                : null;
    }

    private static string? KindError(Type type, StringValues given) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.Int32 => int.TryParse(given, CultureInfo.InvariantCulture, out _) ? null : "must be a whole number",
        TypeCode.Boolean => bool.TryParse(given, out _) ? null : "must be true or false",
        _ => null,
    };

    private static string NameOf(IParameterBindingMetadata parameter) => parameter.ParameterInfo.GetCustomAttribute<FromQueryAttribute>()?.Name ?? parameter.Name;

    private static bool IsQuery(IParameterBindingMetadata metadata, RoutePattern route) =>
        (metadata.ParameterInfo.ParameterType == typeof(string) || metadata.HasTryParse) && route.GetParameter(metadata.Name) is null;
}

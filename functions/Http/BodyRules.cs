using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace FunctionsEval.Http;

/// <summary>The media types that an endpoint takes; JSON where it says nothing.</summary>
/// <param name="What">The body in words.</param>
/// <param name="Example">The media type to name in an error.</param>
internal sealed record BodyTypes(string What, string Example, Func<string, bool> Takes)
{
    public static readonly BodyTypes Json = new("JSON", "application/json", IsJson);

    public static bool IsJson(string mediaType) =>
        mediaType is "application/json" || (mediaType.StartsWith("application/", StringComparison.Ordinal) && mediaType.EndsWith("+json", StringComparison.Ordinal));
}

/// <summary>
/// Every call that changes something needs the content type of its body, in UTF-8. A page of another site can send
/// <c>text/plain</c> and the two types of forms without asking the server first; no endpoint takes those.
/// </summary>
internal static class BodyRules
{
    // ASCII is UTF-8.
    private static readonly string[] Charsets = ["utf-8", "utf8", "us-ascii"];

    public static Task CheckAsync(HttpContext context, RequestDelegate next) => ErrorIn(context) is { } error
        ? RefuseAsync(context, error)
        : next(context);

    private static string? ErrorIn(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return null;
        }

        // Pausing a run, for one, takes nothing; then there is nothing to name the type of.
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        if (!hasBody && request.Headers.ContentType.Count == 0)
        {
            return null;
        }

        var types = endpoint.Metadata.GetMetadata<BodyTypes>() ?? BodyTypes.Json;
        if (request.Headers.ContentType is not [{ } given]
            || !MediaTypeHeaderValue.TryParse(given, out var type)
            || !types.Takes(type.MediaType.ToString().ToLower(CultureInfo.InvariantCulture)))
        {
            return $"The body must be {types.What}, with the content type {types.Example}, but the content type is '{Excerpt.Of(request.Headers.ContentType.ToString())}'.";
        }

        if (type.Charset.HasValue && !Charsets.Contains(HeaderUtilities.RemoveQuotes(type.Charset).ToString(), StringComparer.OrdinalIgnoreCase))
        {
            return $"The body must be UTF-8, but its charset is '{Excerpt.Of(type.Charset.ToString())}'.";
        }

        return request.Headers.ContentEncoding is { Count: > 0 } encoding
            ? $"The body must not be compressed, but its content encoding is '{Excerpt.Of(encoding.ToString())}'."
            : null;
    }

    private static Task RefuseAsync(HttpContext context, string message) =>
        context.Request.Path.StartsWithSegments("/api/admin", StringComparison.OrdinalIgnoreCase)
            ? new AdminError(AdminError.InvalidBody, message).ToResult(StatusCodes.Status415UnsupportedMediaType).ExecuteAsync(context)
            : TypedResults.Problem(message, statusCode: StatusCodes.Status415UnsupportedMediaType).ExecuteAsync(context);
}

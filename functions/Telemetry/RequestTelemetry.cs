using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace FunctionsEval.Telemetry;

/// <summary>
/// Gives the span of a request what ASP.NET Core leaves to instrumentation packages, by the conventions for HTTP servers: its name
/// (method and route, never the path), route and status. Goes before everything that answers.
/// </summary>
internal static class RequestTelemetry
{
    public static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);

        // Without a listener ASP.NET Core makes an activity for its logs; that one has no source.
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true, Source.Name.Length: > 0 } span)
        {
            return;
        }

        // Who handles an exception takes the endpoint away, but remembers it.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText is { Length: > 1 } pattern ? pattern.TrimEnd('/') : endpoint is null ? null : "/";
        var status = context.Response.StatusCode;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.route", route).SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture)).SetStatus(ActivityStatusCode.Error);
        }
    }
}

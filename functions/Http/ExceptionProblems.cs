using System.Globalization;
using FunctionsEval.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace FunctionsEval.Http;

/// <summary>What a caller is told of an exception: bad requests and an unreachable store with their reason, the rest without.</summary>
internal static class ExceptionProblems
{
    public static void Configure(ExceptionHandlerOptions options)
    {
        options.StatusCodeSelector = StatusOf;

        // A bad request is the caller's business and no error of the server.
        options.SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException or ContinuationTokenException;
    }

    public static void Describe(ProblemDetailsContext context)
    {
        var error = context.Exception ?? context.HttpContext.Features.Get<IExceptionHandlerFeature>()?.Error;
        switch (error)
        {
            case BadHttpRequestException bad:
                context.ProblemDetails.Detail = ReasonOf(bad.StatusCode, context.HttpContext.Request);
                break;
            case ContinuationTokenException:
                var (field, message) = Paging.UnknownToken(context.HttpContext.Request.Query["continuationToken"]);
                context.ProblemDetails.Detail = message;
                context.ProblemDetails.Extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] };
                break;
            case StorageException:
                context.ProblemDetails.Detail = error.Message;
                break;
            case null:
                context.ProblemDetails.Detail ??= ReasonOf(context.HttpContext.Response.StatusCode, context.HttpContext.Request);
                break;
        }
    }

    private static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        ContinuationTokenException => StatusCodes.Status400BadRequest,
        StorageException => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>What the server and the router refuse by themselves, without a word that would mean something to a caller.</summary>
    private static string? ReasonOf(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status400BadRequest => "The request is not valid HTTP.",
        StatusCodes.Status404NotFound => $"There is nothing at {Excerpt.Of(request.Path)}.",
        StatusCodes.Status405MethodNotAllowed => $"{Excerpt.Of(request.Path)} does not take {Excerpt.Of(request.Method)}.",
        StatusCodes.Status408RequestTimeout => "The body came too slowly.",
        StatusCodes.Status413PayloadTooLarge => string.Create(
            CultureInfo.InvariantCulture,
            $"The body may have at most {request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize:N0} bytes."),
        _ => null,
    };
}

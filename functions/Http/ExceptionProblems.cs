using System.Globalization;
using System.Text.Json;
using FunctionsEval.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace FunctionsEval.Http;

/// <summary>What a caller is told of an exception: bad requests and an unreachable store with their reason, the rest without.</summary>
internal static class ExceptionProblems
{
    private static readonly string[] WholeNumbers = ["pageSize", "sampleIndex", "itemIndex"];

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
            case BadHttpRequestException { InnerException: JsonException json }:
                context.ProblemDetails.Detail = $"The body is not a valid request: {Reason(json)}";
                break;
            case BadHttpRequestException bad when bad.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal):
                context.ProblemDetails.Detail = "The request needs a body, a JSON object.";
                break;
            case BadHttpRequestException bad:
                context.ProblemDetails.Detail = bad.Message;
                break;
            case ContinuationTokenException or StorageException:
                context.ProblemDetails.Detail = error.Message;
                break;
            case null when context.HttpContext.Response.StatusCode == StatusCodes.Status400BadRequest:
                context.ProblemDetails.Detail ??= NotNumbers(context.HttpContext.Request.Query);
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

    // The generated binding of an optional number answers 400 without saying which one.
    private static string? NotNumbers(IQueryCollection query)
    {
        var bad = WholeNumbers.Where(name => query.ContainsKey(name) && !int.TryParse(query[name], CultureInfo.InvariantCulture, out _)).ToList();
        return bad.Count == 0 ? null : string.Join(" ", bad.Select(name => $"{name} must be a whole number, but is '{query[name]}'."));
    }

    // The serializer's messages end in names of our types, which mean nothing to a caller.
    private static string Reason(JsonException json)
    {
        var end = json.Message.IndexOf(" could not be mapped to any .NET member", StringComparison.Ordinal);
        return end > 0 ? $"{json.Message[..end]} is unknown." : json.Message;
    }
}

using System.Globalization;
using System.Text.Json;
using FunctionsEval.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

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
        var request = context.HttpContext.Request;
        switch (error)
        {
            case BadHttpRequestException { InnerException: JsonException json }:
                var field = FieldOf(json);
                Say(context.ProblemDetails, field is null ? $"The body is not a valid request: {json.Message}" : Reason(json, field), field);
                break;
            case BadHttpRequestException bad when bad.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal):
                Say(context.ProblemDetails, "The request needs a body, a JSON object.");
                break;
            case BadHttpRequestException bad:
                Say(context.ProblemDetails, bad.Message);
                break;
            case ContinuationTokenException:
                Say(context.ProblemDetails, error.Message, "continuationToken");
                break;
            case StorageException:
                Say(context.ProblemDetails, error.Message);
                break;
            case null when context.ProblemDetails.Detail is null:
                Describe(context.ProblemDetails, context.HttpContext.Response.StatusCode, request);
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

    /// <summary>What the router refuses by itself, without a word.</summary>
    private static void Describe(ProblemDetails problem, int status, HttpRequest request)
    {
        switch (status)
        {
            // The generated binding of an optional number does not say which one it was.
            case StatusCodes.Status400BadRequest:
                foreach (var name in WholeNumbers.Where(name => request.Query.ContainsKey(name) && !int.TryParse(request.Query[name], CultureInfo.InvariantCulture, out _)))
                {
                    Say(problem, $"{name} must be a whole number, but is '{request.Query[name]}'.", name);
                }

                break;
            case StatusCodes.Status404NotFound:
                Say(problem, $"There is nothing at {request.Path}.");
                break;
            case StatusCodes.Status405MethodNotAllowed:
                Say(problem, $"{request.Path} does not take {request.Method}.");
                break;
            case StatusCodes.Status415UnsupportedMediaType:
                Say(problem, $"The body must be JSON, with the content type application/json, but the content type is '{request.ContentType}'.");
                break;
        }
    }

    private static void Say(ProblemDetails problem, string detail, string? field = null)
    {
        problem.Detail = detail;
        if (field is not null)
        {
            problem.Extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [detail] };
        }
    }

    /// <summary>The field as a caller writes it; null when the body as a whole is wrong.</summary>
    private static string? FieldOf(JsonException json) =>
        json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;

    // The serializer's messages name our types, which mean nothing to a caller.
    private static string Reason(JsonException json, string field)
    {
        if (json.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return $"{field} is not a known field.";
        }

        return json.Message.Contains("could not be converted", StringComparison.Ordinal)
            ? $"{field} has a value of the wrong type."
            : $"{field} is not valid: {json.Message}";
    }
}

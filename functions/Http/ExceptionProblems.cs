using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Http;

/// <summary>What a caller is told of an exception: bad requests and an unreachable store with their reason, the rest without.</summary>
internal static partial class ExceptionProblems
{
    private static readonly string[] WholeNumbers = ["pageSize", "sampleIndex", "itemIndex"];
    private static readonly string[] Flags = ["resolved"];

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
                Say(context.ProblemDetails, Reason(context.HttpContext, json, field), field);
                break;
            case BadHttpRequestException bad when bad.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal):
                Say(context.ProblemDetails, "The request needs a body, a JSON object.");
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                Describe(context.ProblemDetails, StatusCodes.Status413PayloadTooLarge, request);
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

                foreach (var name in Flags.Where(name => request.Query.ContainsKey(name) && !bool.TryParse(request.Query[name], out _)))
                {
                    Say(problem, $"{name} must be true or false, but is '{request.Query[name]}'.", name);
                }

                break;
            case StatusCodes.Status413PayloadTooLarge:
                Say(problem, string.Create(
                    CultureInfo.InvariantCulture,
                    $"The body may have at most {request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize:N0} bytes."));
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
    private static string Reason(HttpContext context, JsonException json, string? field)
    {
        if (json.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return $"{field} is not a known field.";
        }

        if (json.Message.Contains("could not be converted", StringComparison.Ordinal))
        {
            return field is null
                ? "The body is not a valid request: it must be a JSON object."
                : $"{field} must be {KindOf(KeptBody.TypeAt(context, json.Path!))}{(KeptBody.ValueAt(context.Request, json.Path!) is { } value ? $", but is {value}" : "")}.";
        }

        if (MissingFields().Match(json.Message) is { Success: true } missing)
        {
            var names = missing.Groups["names"].Value.Replace("'", "", StringComparison.Ordinal);
            return $"{(field is null ? "" : $"{field}: ")}{names} {(names.Contains(',', StringComparison.Ordinal) ? "are" : "is")} required, but missing.";
        }

        return $"{field ?? "The body"} is not {(field is null ? "a valid request" : "valid")}: {JsonReason.Of(json)}";
    }

    private static string KindOf(Type? type) => (type is null ? null : Nullable.GetUnderlyingType(type) ?? type) switch
    {
        null => "of another type",
        var known when known == typeof(string) => "text",
        var known when known == typeof(bool) => "true or false",
        var known when known == typeof(int) || known == typeof(long) => "a whole number",
        var known when known == typeof(double) || known == typeof(decimal) => "a number",
        var known when known.IsAssignableTo(typeof(IEnumerable)) => "a list",
        _ => "an object",
    };

    [GeneratedRegex(@"was missing required properties including: (?<names>[^.]+)\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MissingFields();
}

using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>
/// <c>POST /{function}</c>, the host's calls. Plain HTTP functions live under /api, so no route of the app leads here; and a forwarded
/// request brings the name of the app, while the host itself asks for 127.0.0.1 and our port.
/// </summary>
internal sealed partial class WrappedEndpoint(FunctionTable functions, ILogger<WrappedEndpoint> logger, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context, string name)
    {
        if (!IsFromHost(context))
        {
            LogForged(name, context.Request.Host.Value ?? "");
            await ProblemAsync(context, "Functions are called by the Functions host only.", StatusCodes.Status403Forbidden);
        }
        else if (functions.Find(name) is { } function)
        {
            await AnswerAsync(context, function);
        }
        else
        {
            LogUnknown(name);
            await ProblemAsync(context, $"There is no function '{name}'.", StatusCodes.Status404NotFound);
        }
    }

    private static bool IsFromHost(HttpContext context) =>
        context.Request.Host.Port == context.Connection.LocalPort
        && (context.Request.Host.Host == "localhost" || (IPAddress.TryParse(context.Request.Host.Host, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>A failure is a status of 500: the host keeps a queue message then, and moves it to the poison queue in the end.</summary>
    private async Task AnswerAsync(HttpContext context, WrappedFunction function)
    {
        // The host sends the whole history of an orchestration in one body; requests under /api keep their limit.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        try
        {
            // Not cut off with the caller: what a model has answered is worth storing, and the repeated call finds it.
            var reply = await function.RunAsync(body.GetBuffer().AsMemory(0, (int)body.Length), stopping);
            var answer = new ArrayBufferWriter<byte>();
            reply.WriteTo(answer);
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = answer.WrittenCount;
            await context.Response.Body.WriteAsync(answer.WrittenMemory, context.RequestAborted);
        }
        catch (MalformedCallException exception)
        {
            LogMalformed(function.Name, exception.Message);
            await ProblemAsync(context, exception.Message, StatusCodes.Status400BadRequest);
        }
        catch (InvalidDataException exception)
        {
            LogRefused(function.Name, exception.Message);
            await ProblemAsync(context, exception.Message, StatusCodes.Status500InternalServerError);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception, function.Name);
            await ProblemAsync(context, exception.Message, StatusCodes.Status500InternalServerError);
        }
    }

    private static Task ProblemAsync(HttpContext context, string detail, int status) =>
        TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);

    [LoggerMessage(LogLevel.Warning, "A call of function '{Function}' for host '{Host}' was refused: it did not come from the Functions host")]
    private partial void LogForged(string function, string host);

    [LoggerMessage(LogLevel.Error, "The host called function '{Function}', which this program does not have")]
    private partial void LogUnknown(string function);

    [LoggerMessage(LogLevel.Error, "A call of function {Function} was malformed: {Reason}")]
    private partial void LogMalformed(string function, string reason);

    [LoggerMessage(LogLevel.Error, "Function {Function} refused its message: {Reason}")]
    private partial void LogRefused(string function, string reason);

    [LoggerMessage(LogLevel.Error, "Function {Function} failed")]
    private partial void LogFailed(Exception exception, string function);
}

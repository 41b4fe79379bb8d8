using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.TestKit.Tests.Handler;

/// <summary>
/// A small custom handler with the behaviours that the tests of the double need. Orchestrations run on our own executor with its
/// generated messages, so that field numbers are read here by other code than wrote them.
/// </summary>
internal static class ScriptedHandler
{
    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var port = int.Parse(Environment.GetEnvironmentVariable("FUNCTIONS_CUSTOMHANDLER_PORT")!);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var activities = new ScriptedActivities();

        // Also the answer to a ping may be an error.
        app.MapGet("/", () => Results.StatusCode(500));
        app.Map("/api/{*path}", EchoAsync);
        app.MapGet("/api/messages", () => activities.Messages);
        app.MapPost("/{function}", async (HttpContext context, string function) =>
        {
            var body = await JsonDocument.ParseAsync(context.Request.Body);
            await (ScriptedOrchestrations.Knows(function)
                ? ScriptedOrchestrations.AnswerAsync(context, body.RootElement)
                : activities.AnswerAsync(context, function, body.RootElement));
        });
        Console.WriteLine($"listening as {Environment.GetEnvironmentVariable("FUNCTIONS_WORKER_RUNTIME")}");
        Console.Error.WriteLine("a line of standard error");
        await app.RunAsync();
        return 0;
    }

    /// <summary>Parses once what the host has made a text of; what is an object stays one.</summary>
    public static JsonElement Unwrap(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return value;
        }

        using var inner = JsonDocument.Parse(value.GetString()!);
        return inner.RootElement.Clone();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = 203;
        context.Response.Headers["x-from-handler"] = "yes";
        await context.Response.WriteAsJsonAsync(new
        {
            method = context.Request.Method,
            path = context.Request.Path.Value,
            query = context.Request.QueryString.Value,
            host = context.Request.Host.Value,
            custom = context.Request.Headers["x-custom"].ToString(),
            invocation = context.Request.Headers["X-Azure-Functions-InvocationId"].ToString(),
            body,
        });
    }
}

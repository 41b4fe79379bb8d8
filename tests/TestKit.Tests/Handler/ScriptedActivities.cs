using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FunctionsEval.TestKit.Tests.Handler;

/// <summary>Everything that is not an orchestrator, by function name.</summary>
internal sealed class ScriptedActivities
{
    private readonly ConcurrentQueue<string> _messages = new();
    private int _attempts;
    private int _running;
    private int _mostRunning;

    public IEnumerable<string> Messages => _messages;

    public async Task AnswerAsync(HttpContext context, string function, JsonElement body)
    {
        var input = body.GetProperty("Data");
        switch (function)
        {
            case "See":
                await ReturnAsync(context, new { ContentLength = context.Request.ContentLength, Body = body });
                break;
            case "Echo":
                await ReturnAsync(context, ScriptedHandler.Unwrap(ScriptedHandler.Unwrap(input.GetProperty("input"))));
                break;
            case "Slow":
                await RunSlowlyAsync(context);
                break;
            case "Date":
                await ReturnAsync(context, "2026-11-21T10:00:00.5+00:00");
                break;
            case "Nothing":
                context.Response.StatusCode = 200;
                break;
            case "HangsOnce" when Interlocked.Increment(ref _attempts) == 1 && File.Exists(MarkPath()):
                File.Delete(MarkPath());
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case "Flaky" when Interlocked.Increment(ref _attempts) < 3:
            case "Fail":
                context.Response.StatusCode = 500;
                await context.Response.WriteAsync("the reason, which is lost");
                break;
            case "Plain":
                await context.Response.WriteAsync("this is no JSON");
                break;
            case "Exit":
                Environment.Exit(ScriptedHandler.Unwrap(ScriptedHandler.Unwrap(input.GetProperty("input"))).GetInt32());
                break;
            case "Message":
                await TakeAsync(context, body);
                break;
            default:
                await ReturnAsync(context, body.GetProperty("Metadata").TryGetProperty("RetryContext", out var retry) ? retry : "done");
                break;
        }
    }

    private static string MarkPath() => Path.Combine(Environment.GetEnvironmentVariable("FUNCTIONS_APP_ROOT_PATH")!, "hang");

    private static Task ReturnAsync(HttpContext context, object? value) =>
        context.Response.WriteAsJsonAsync(new Dictionary<string, object?> { ["Outputs"] = new { }, ["Logs"] = new[] { "a log line" }, ["ReturnValue"] = value });

    private async Task RunSlowlyAsync(HttpContext context)
    {
        var running = Interlocked.Increment(ref _running);
        InterlockedMax(ref _mostRunning, running);
        await Task.Delay(20);
        Interlocked.Decrement(ref _running);
        await ReturnAsync(context, _mostRunning);
    }

    private async Task TakeAsync(HttpContext context, JsonElement body)
    {
        var text = ScriptedHandler.Unwrap(body.GetProperty("Data").GetProperty("message")).GetString()!;
        var client = ScriptedHandler.Unwrap(ScriptedHandler.Unwrap(body.GetProperty("Data").GetProperty("client")));
        _messages.Enqueue($"{text}|{ScriptedHandler.Unwrap(body.GetProperty("Metadata").GetProperty("DequeueCount"))}|{client.GetProperty("rpcBaseUrl")}");
        if (text.Contains("bad", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 500;
            return;
        }

        await context.Response.WriteAsJsonAsync(new { });
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; value > seen; seen = target)
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}

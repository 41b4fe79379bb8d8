using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.TestKit;

/// <summary>What a caller asked of a scripted model.</summary>
/// <param name="Messages">Their texts, the system's first.</param>
/// <param name="Body">The whole request.</param>
public sealed record ScriptedCall(string Model, IReadOnlyList<string> Messages, JsonElement Body)
{
    public string System => Messages[0];

    public string Last => Messages[^1];
}

/// <summary>An answer, or an error with a status.</summary>
public sealed record ScriptedAnswer(string Text, int Status = 200, string FinishReason = "stop");

/// <summary>Models whose answers a test writes, over real HTTP in the format of OpenAI's chat completions.</summary>
public sealed class ScriptedModels : IAsyncDisposable
{
    private readonly WebApplication _web;

    private ScriptedModels(WebApplication web) => _web = web;

    public string BaseUrl => $"{_web.Urls.First()}/v1";

    /// <summary>All calls, in the order of their arrival.</summary>
    public ConcurrentQueue<ScriptedCall> Calls { get; } = new();

    public int CountOf(string model) => Calls.Count(call => call.Model == model);

    public static async Task<ScriptedModels> StartAsync(Func<ScriptedCall, Task<ScriptedAnswer>> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var web = builder.Build();
        var models = new ScriptedModels(web);
        web.MapPost("/v1/chat/completions", async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var root = body.RootElement.Clone();
            var call = new ScriptedCall(
                root.GetProperty("model").GetString()!, [.. root.GetProperty("messages").EnumerateArray().Select(TextOf)], root);
            models.Calls.Enqueue(call);
            var said = await answer(call);
            context.Response.StatusCode = said.Status;
            context.Response.ContentType = "application/json";
            var json = said.Status == 200
                ? new JsonObject
                {
                    ["id"] = "scripted",
                    ["object"] = "chat.completion",
                    ["created"] = 0,
                    ["model"] = call.Model,
                    ["choices"] = new JsonArray(new JsonObject
                    {
                        ["index"] = 0,
                        ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = said.Text },
                        ["finish_reason"] = said.FinishReason,
                    }),
                    ["usage"] = new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = 20, ["total_tokens"] = 120 },
                }
                : new JsonObject { ["error"] = new JsonObject { ["message"] = said.Text, ["type"] = "scripted", ["code"] = "scripted" } };
            await context.Response.WriteAsync(json.ToJsonString());
        });
        await web.StartAsync();
        return models;
    }

    private static string TextOf(JsonElement message) => message.GetProperty("content") switch
    {
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : "")),
        var text => text.GetString() ?? "",
    };

    public static Task<ScriptedModels> StartAsync(Func<ScriptedCall, ScriptedAnswer> answer) => StartAsync(call => Task.FromResult(answer(call)));

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}

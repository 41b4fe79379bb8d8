using System.Text.Json;
using FunctionsEval.Agents.Reviews;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>A server of this process that findings are posted to.</summary>
internal sealed class Webhook : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Lock _lock = new();
    private readonly List<(string Body, string? Signature)> _taken = [];

    private Webhook()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _web = builder.Build();
        _web.MapPost("/hook", async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            if (await Answer(context) == StatusCodes.Status204NoContent)
            {
                lock (_lock)
                {
                    _taken.Add((body, context.Request.Headers[FindingsWebhook.SignatureHeader]));
                }
            }
        });
    }

    /// <summary>The status that a message is answered with; 204 takes it.</summary>
    public Func<HttpContext, Task<int>> Status { get; set; } = _ => Task.FromResult(StatusCodes.Status204NoContent);

    /// <summary>The value of FUNCTIONSEVAL_AGENTS that posts here, with more settings before it.</summary>
    public string Settings(string others = "") =>
        $$"""{ {{others}} "webhook": {"url": "{{_web.Urls.Single()}}/hook", "hosts": ["127.0.0.1"], "secret": "s"} }""";

    public IReadOnlyList<(string Body, string? Signature)> Taken
    {
        get
        {
            lock (_lock)
            {
                return [.. _taken];
            }
        }
    }

    /// <summary>What messages told of, in order; a message that came twice counts once.</summary>
    public IReadOnlyList<string> Told => [.. Taken.Select(message => message.Body).Distinct(StringComparer.Ordinal).SelectMany(FindingsIn)];

    public static async Task<Webhook> StartAsync()
    {
        var hook = new Webhook();
        await hook._web.StartAsync(TestContext.Current.CancellationToken);
        return hook;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task<int> Answer(HttpContext context)
    {
        var status = await Status(context);
        context.Response.StatusCode = status;
        return status;
    }

    private static List<string> FindingsIn(string body)
    {
        using var message = JsonDocument.Parse(body);
        return
        [
            .. message.RootElement.GetProperty("findings").EnumerateArray().Select(finding =>
                $"{finding.GetProperty("rule").GetString()} {finding.GetProperty("subject").GetString()}{(finding.TryGetProperty("resolved_at", out _) ? " resolved" : "")}"),
        ];
    }
}

using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>The extension's gRPC endpoint as far as a test scripts it: HTTP/2 without TLS, messages by field number.</summary>
internal sealed class DurableEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DurableEndpoint(WebApplication app) => _app = app;

    public string Address { get; private init; } = "";

    /// <summary>What was called, in order: the method and its message.</summary>
    public ConcurrentQueue<(string Method, ILookup<int, object> Message, IHeaderDictionary Headers)> Calls { get; } = new();

    /// <summary>Answers a method: a message, or a status with its text.</summary>
    public Func<string, ILookup<int, object>, (int Status, string Text, byte[] Message)> Answer { get; set; } = (_, _) => (0, "", []);

    public static async Task<DurableEndpoint> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        Func<HttpContext, Task>? handle = null;
        app.MapPost("/TaskHubSidecarService/{method}", context => handle!(context));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var endpoint = new DurableEndpoint(app) { Address = app.Urls.Single() };
        handle = endpoint.HandleAsync;
        return endpoint;
    }

    /// <summary>The answer of GetInstance.</summary>
    public static byte[] Instance(string instanceId, int status, string? input = null) => Proto.Message((1, true), (2, Proto.Message(
    [
        (1, instanceId), (2, "RunOrchestration"), (4, status), (6, Proto.Message((1, 1_780_000_000))), (7, Proto.Message((1, 1_780_000_060))),
        .. input is null ? Array.Empty<(int, object)>() : [(8, Proto.Text(input))],
    ])));

    public IEnumerable<string> Methods => Calls.Select(call => call.Method);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        Assert.Equal("application/grpc", context.Request.ContentType);
        Assert.Equal("trailers", context.Request.Headers.TE);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var frame = body.ToArray();
        Assert.Equal(0, frame[0]);
        Assert.Equal(frame.Length - 5, frame[4] + (frame[3] << 8));
        var method = (string)context.Request.RouteValues["method"]!;
        var message = Proto.Read(frame.AsSpan(5));
        Calls.Enqueue((method, message, context.Request.Headers));

        var (status, text, answer) = Answer(method, message);
        context.Response.ContentType = "application/grpc";
        if (status != 0)
        {
            // Trailers only: an answer without a body says it in its headers.
            context.Response.Headers["grpc-status"] = $"{status}";
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(text);
            return;
        }

        context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers["grpc-status"] = "0";
        await context.Response.Body.WriteAsync(Proto.Frame(answer));
    }
}

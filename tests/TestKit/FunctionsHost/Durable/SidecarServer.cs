using System.Buffers.Binary;
using System.Net;
using FunctionsEval.TestKit.FunctionsHost.Durable.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>The gRPC endpoint of the extension: HTTP/2 without TLS on a free port, unary calls, the status in the trailers.</summary>
internal sealed class SidecarServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SidecarServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<SidecarServer> StartAsync(DurableExtension durable, HostLog log, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var service = new SidecarService(durable);
        var app = builder.Build();
        app.MapPost("/TaskHubSidecarService/{method}", (HttpContext context, string method) => AnswerAsync(context, method, service, log));
        await app.StartAsync(cancellationToken);
        return new SidecarServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, string method, SidecarService service, HostLog log)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true || context.Request.Headers.TE != "trailers")
        {
            log.Write($"A call of {method} was not gRPC.");
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        context.Response.ContentType = "application/grpc";
        try
        {
            var response = await service.CallAsync(method, await ReadAsync(context), context.RequestAborted);
            await WriteAsync(context, response);
            End(context, GrpcStatus.Ok, "");
        }
        catch (DurableClientException e)
        {
            End(context, e.Status, e.Message);
        }
        catch (InvalidDataException e)
        {
            log.Write($"A call of {method} could not be read: {e.Message}");
            End(context, GrpcStatus.Internal, e.Message);
        }
    }

    private static async Task<WireMessage> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        return bytes.Length >= 5 && bytes[0] == 0 && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) == bytes.Length - 5
            ? WireMessage.Parse(bytes.AsMemory(5))
            : throw new InvalidDataException("The body is not one uncompressed message.");
    }

    private static async Task WriteAsync(HttpContext context, WireWriter message)
    {
        var frame = new byte[5 + message.Written.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Written.Length);
        message.Written.CopyTo(frame.AsSpan(5));
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
    }

    private static void End(HttpContext context, GrpcStatus status, string message)
    {
        context.Response.AppendTrailer("grpc-status", $"{(int)status}");
        if (message.Length > 0)
        {
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        }
    }
}

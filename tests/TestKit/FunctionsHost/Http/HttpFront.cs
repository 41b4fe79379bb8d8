using System.Net;
using FunctionsEval.TestKit.FunctionsHost.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.TestKit.FunctionsHost.Http;

/// <summary>The public side of the host: the routes of the HTTP triggers, with keys, on a free port of loopback.</summary>
internal sealed class HttpFront : IAsyncDisposable
{
    private static readonly string[] AllMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    private readonly WebApplication _app;

    private HttpFront(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<HttpFront> StartAsync(
        IReadOnlyList<FunctionDefinition> functions, HostJson host, string key, RawForwarder forwarder, WrappedHttp wrapped, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.MapGet("/", () => "Your Functions host double is up and running");
        foreach (var function in functions.Where(function => function.IsHttp))
        {
            var route = $"/{host.RoutePrefix}/{(function.Trigger.Text("route") ?? function.Name).Trim('/')}".Replace("//", "/", StringComparison.Ordinal);
            var methods = function.Trigger.Texts("methods") is { Count: > 0 } some ? some : AllMethods;
            var isRaw = function.IsHttpInAndOut && (host.IsForwarding || host.IsProxying);
            app.MapMethods(route, methods, async context =>
            {
                if (!MayCall(context, function, key))
                {
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return;
                }

                await (isRaw ? forwarder.ForwardAsync(context) : wrapped.CallAsync(context, function));
            });
        }

        await app.StartAsync(cancellationToken);
        return new HttpFront(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private static bool MayCall(HttpContext context, FunctionDefinition function, string key) =>
        string.Equals(function.Trigger.Text("authLevel"), "anonymous", StringComparison.OrdinalIgnoreCase)
        || context.Request.Headers["x-functions-key"] == key
        || context.Request.Query["code"] == key;
}

using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FunctionsEval.Providers.Simulator;

/// <summary>
/// A simulated model server on 127.0.0.1 that speaks OpenAI chat completions: for rehearsals, demos and tests. Bare Kestrel without a
/// host, so that it costs little next to what it measures and leaves Ctrl+C to the program it runs in.
/// </summary>
public sealed class SimulatorServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly SimulatorEndpoints _endpoints;
    private readonly OpenConnections _connections;

    private SimulatorServer(KestrelServer server, SimulatorEndpoints endpoints, OpenConnections connections, int port)
    {
        _server = server;
        _endpoints = endpoints;
        _connections = connections;
        BaseUrl = new Uri($"http://127.0.0.1:{port}/v1");
    }

    /// <summary>What a provider takes as its base URL: <c>http://127.0.0.1:PORT/v1</c>.</summary>
    public Uri BaseUrl { get; }

    public int Port => BaseUrl.Port;

    /// <summary>Once a caller is gone and this is 0, no call of it is still to be counted.</summary>
    public int Connections => _connections.Count;

    /// <summary>Listens from the return on. Throws <see cref="ArgumentException"/> for bad options, <see cref="IOException"/> for a port in use.</summary>
    public static async Task<SimulatorServer> StartAsync(
        SimulatorOptions options, TimeProvider clock, CancellationToken cancellationToken, ILoggerFactory? loggers = null)
    {
        if (options.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        var kestrelOptions = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        kestrelOptions.Limits.MaxRequestBodySize = 256L * 1024 * 1024;
        var connections = new OpenConnections();
        kestrelOptions.Listen(IPAddress.Loopback, options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => connections.CountAsync(next, connection));
        });
        loggers ??= NullLoggerFactory.Instance;
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        var server = new KestrelServer(Options.Create(kestrelOptions), transport, loggers);
        var endpoints = new SimulatorEndpoints(options, clock);
        try
        {
            await server.StartAsync(new Application(endpoints), cancellationToken);
            var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new SimulatorServer(server, endpoints, connections, new Uri(address).Port);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public SimulatorStats Stats(bool withKeys = false) => _endpoints.Stats(withKeys);

    public void Reset() => _endpoints.Reset();

    /// <summary>From now on holds every call back that is beyond so many since the start or the last reset; calls held before look again.</summary>
    public void HoldAfter(int calls) => _endpoints.HoldAfter(calls);

    /// <summary>Answers what was held back, and everything after it.</summary>
    public void LetGo() => _endpoints.HoldAfter(int.MaxValue);

    /// <summary>Stops listening; calls that hang or are held back are let go at once.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _endpoints.StopHanging();
        return _server.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await StopAsync(atOnce.Token);
        _server.Dispose();
        _endpoints.Dispose();
    }

    private sealed class OpenConnections
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
        {
            Interlocked.Increment(ref _count);
            try
            {
                await next(connection);
            }
            finally
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Application(SimulatorEndpoints endpoints) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => endpoints.HandleAsync(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}

using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace FunctionsEval.Hosting;

/// <summary>
/// Ends the worker when the Functions host is gone. A host that is killed leaves its workers behind, which would go on holding ports
/// and memory: a connection to the host's own port is held open, and closes with the host.
/// </summary>
internal sealed partial class HostWatch(IConfiguration configuration, IHostApplicationLifetime lifetime, ILogger<HostWatch> logger) : BackgroundService
{
    /// <summary>A host may close an idle connection. Even a busy one accepts another at once; one that does not for so long is gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!Uri.TryCreate(configuration["Functions:Worker:HostEndpoint"], UriKind.Absolute, out var host))
        {
            return;
        }

        while (await ConnectAsync(host, stoppingToken) is { } connection)
        {
            using (connection)
            {
                await UntilClosedAsync(connection, stoppingToken);
            }
        }

        if (!stoppingToken.IsCancellationRequested)
        {
            LogHostGone(host);
            lifetime.StopApplication();
        }
    }

    /// <summary>Null when nobody listens there any more.</summary>
    private static async Task<TcpClient?> ConnectAsync(Uri host, CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(Patience);
        while (!patience.IsCancellationRequested)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(host.Host, host.Port, patience.Token);
                return client;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                client.Dispose();
                await Task.Delay(BetweenTries, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return null;
    }

    private static async Task UntilClosedAsync(TcpClient connection, CancellationToken stoppingToken)
    {
        try
        {
            // The host has nothing to say on this connection: what comes back is its end.
            var buffer = new byte[256];
            while (await connection.GetStream().ReadAsync(buffer, stoppingToken) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Closed, one way or the other.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The Functions host at {Host} is gone; the worker ends")]
    private partial void LogHostGone(Uri host);
}

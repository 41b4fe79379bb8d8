using System.Net;

namespace FunctionsEval.Providers.Wire;

/// <summary>One HTTP attempt under its timeout: whatever goes wrong becomes an outcome, and only the caller's cancellation throws.</summary>
internal static class Attempt
{
    public static async Task<ModelOutcome> RunAsync(
        ProviderEndpoint endpoint,
        TimeProvider clock,
        ModelRequest request,
        Func<ModelRequest, CancellationToken, Task<ModelOutcome>> send,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var timeout = new CancellationTokenSource(endpoint.Timeout, clock);
        await using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timeout);
        try
        {
            return await send(request, timeout.Token);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The call was cancelled by its caller.", e, cancellationToken);
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            var message = $"No complete answer within {endpoint.Timeout.TotalSeconds:0.###} s.";
            return new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.Timeout, message));
        }
        catch (Exception e)
        {
            return TransportFailure.Of(e, endpoint, request);
        }
    }

    public static HttpClient CreateHttpClient(ProviderEndpoint endpoint, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = endpoint.MaxConnections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(15),
            UseProxy = endpoint.Proxy is not null || !endpoint.Endpoint.IsLoopback,
            Proxy = endpoint.Proxy,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,

            // A redirect would carry the key and the prompt to wherever it points.
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        };
        handler = new PlainResponses(handler);
        return new HttpClient(wrap?.Invoke(handler) ?? handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }
}

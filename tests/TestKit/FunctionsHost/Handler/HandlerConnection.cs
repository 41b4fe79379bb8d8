using System.Net;
using System.Net.Sockets;
using FunctionsEval.TestKit.FunctionsHost.Calls;
using Newtonsoft.Json;

namespace FunctionsEval.TestKit.FunctionsHost.Handler;

/// <summary>HTTP/1.1 to the handler on loopback: pings, wrapped calls, and the client for forwarded calls.</summary>
internal sealed class HandlerConnection : IDisposable
{
    private readonly HttpClient _client;

    public HandlerConnection(bool isForwarding) => _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = !isForwarding })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public HttpClient Client => _client;

    /// <summary>Any answer, an error too, means that the handler listens.</summary>
    public async Task<bool> IsListeningAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(address, cancellationToken);
            return true;
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException or IOException)
        {
            return false;
        }
    }

    /// <returns>Null when the answer had no content: the real host would wait for the end of the function's time.</returns>
    public async Task<WrappedResult?> CallAsync(Uri address, WrappedCall call, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var invocation = Guid.NewGuid();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, call.Function.Name)) { Content = call.Content(invocation, now) };
        AddHostHeaders(request, invocation);
        using var answer = await _client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.StatusCode != HttpStatusCode.NoContent && body.Length > 0 && answer.Content.Headers.ContentType?.MediaType != "application/json")
        {
            throw new InvalidOperationException($"Invalid HttpResponseMessage: media type {answer.Content.Headers.ContentType?.MediaType ?? "none"}.");
        }

        try
        {
            return WrappedResult.Parse(call.Function, body);
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"Invalid HttpResponseMessage: {e.Message}", e);
        }
    }

    public static void AddHostHeaders(HttpRequestMessage request, Guid invocation)
    {
        request.Headers.Add("X-Azure-Functions-InvocationId", invocation.ToString());
        request.Headers.Add("X-Azure-Functions-HostVersion", "4.1037.0.0");
        request.Headers.TryAddWithoutValidation("User-Agent", "Azure-Functions-Host/4.1037.0.0");
    }

    public void Dispose() => _client.Dispose();
}

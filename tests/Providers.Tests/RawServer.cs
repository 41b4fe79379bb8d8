using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FunctionsEval.Providers.Tests;

/// <summary>A server that reads one request per connection and answers with exactly the bytes it was given: for what no well-behaved server sends.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Socket, CancellationToken, Task> _answer;
    private readonly Task _accepting;
    private string _lastRequest = "";

    public RawServer(Func<Socket, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        BaseUrl = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");
        _accepting = AcceptAsync();
    }

    public RawServer(string response)
        : this(async (socket, token) => await socket.SendAsync(Encoding.UTF8.GetBytes(response), token))
    {
    }

    public Uri BaseUrl { get; }

    public string LastRequest => Volatile.Read(ref _lastRequest);

    public static string Response(int status, string body, string headers = "", string contentType = "application/json") =>
        $"HTTP/1.1 {status} Some Reason\r\nContent-Type: {contentType}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Volatile.Write(ref _lastRequest, await ReadRequestAsync(socket));
                await _answer(socket, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException || _stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task<string> ReadRequestAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, _stop.Token);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            var request = text.ToString();
            var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0 || (end >= 0 && Encoding.UTF8.GetByteCount(request[(end + 4)..]) >= ContentLength(request)))
            {
                return request;
            }
        }
    }

    private static int ContentLength(string request)
    {
        var line = request.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line["Content-Length:".Length..]);
    }
}

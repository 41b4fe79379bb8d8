using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>Unary gRPC over HttpClient (HTTP/2 without TLS, as the extension's local endpoint speaks it): all that a durable client needs.</summary>
internal sealed class GrpcChannel : IDisposable
{
    private const int PrefixLength = 5;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, EnableMultipleHttp2Connections = true })
    {
        Timeout = Timeout,
    };

    public async Task<TResponse> CallAsync<TResponse>(
        Uri address, string method, IReadOnlyList<(string Name, string Value)> metadata, IMessage request, MessageParser<TResponse> parser,
        CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/TaskHubSidecarService/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(request)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in metadata)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(message, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcException(method, GrpcException.Unknown, $"the endpoint answered HTTP {(int)response.StatusCode}");
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        ThrowUnlessOk(method, response);
        return parser.ParseFrom(Unframe(method, body).Span);
    }

    public void Dispose() => _http.Dispose();

    private static byte[] Frame(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixLength + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)length);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    private static ReadOnlyMemory<byte> Unframe(string method, byte[] body)
    {
        if (body.Length < PrefixLength || body[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) > body.Length - PrefixLength)
        {
            throw new GrpcException(method, GrpcException.Unknown, $"the answer ({body.Length} bytes) is no uncompressed message");
        }

        return body.AsMemory(PrefixLength, (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)));
    }

    // An answer without a body carries its status in the headers.
    private static void ThrowUnlessOk(string method, HttpResponseMessage response)
    {
        var status = Find(response, "grpc-status");
        if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            throw new GrpcException(method, GrpcException.Unknown, "the answer has no grpc-status");
        }

        if (code != GrpcException.Ok)
        {
            throw new GrpcException(method, code, Uri.UnescapeDataString(Find(response, "grpc-message") ?? ""));
        }
    }

    private static string? Find(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.FirstOrDefault() : null;
}

/// <summary>A call that the endpoint refused; the status is gRPC's.</summary>
internal sealed class GrpcException(string method, int status, string reason) : Exception($"{method} failed with gRPC status {status}: {reason}")
{
    public const int Ok = 0;
    public const int Unknown = 2;
    public const int AlreadyExists = 6;

    public int Status => status;
}

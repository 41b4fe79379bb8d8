using System.Text.Json;
using System.Text.Json.Serialization;
using Anthropic;
using Anthropic.Core;
using Anthropic.Models.Messages;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.Anthropic;

/// <summary>Anthropic's messages through the raw parameters and responses of its package, which knows the path and the version.</summary>
public sealed class AnthropicProvider : IModelProvider, IDisposable
{
    private static readonly AnthropicFormat Format = new();
    private static readonly Dictionary<string, JsonElement> NoQuery = [];

    private readonly ProviderEndpoint _endpoint;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly AnthropicClient _client;
    private readonly ResponseReader _reader;

    public AnthropicProvider(ProviderEndpoint endpoint, TimeProvider clock)
    {
        (_endpoint, _clock) = (endpoint, clock);
        _reader = new ResponseReader(endpoint, clock);
        _http = Attempt.CreateHttpClient(endpoint, inner => new Key(inner, endpoint));
        var root = endpoint.Endpoint.AbsoluteUri.TrimEnd('/');
        _client = new AnthropicClient(new ClientOptions
        {
            HttpClient = _http,

            // The SDK adds the version to the path by itself.
            BaseUrl = root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^3] : root,
            ApiKey = endpoint.ApiKey,
            MaxRetries = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            ResponseValidation = false,
        });
    }

    public Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken) =>
        Attempt.RunAsync(_endpoint, _clock, request, SendAsync, cancellationToken);

    public RequestAdaptations LeavesOut(ModelRequest request) =>
        RequestAdaptations.WithoutSeed | (AnswerFormat.IsJson(request) ? RequestAdaptations.WithoutResponseFormat : RequestAdaptations.None);

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private async Task<ModelOutcome> SendAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var written = RequestBody.Of(Format, request);
        if (written.Problem is { } problem)
        {
            return problem;
        }

        var parameters = MessageCreateParams.FromRawUnchecked(HeadersOf(request), NoQuery, MembersOf(written.Json));
        using var response = await _client.WithRawResponse.Messages.Create(parameters, cancellationToken);
        var message = response.RawMessage;
        await using var stream = await message.Content.ReadAsStreamAsync(cancellationToken);
        using var body = await ResponseBody.ReadAsync(stream, _endpoint.MaxResponseBytes, cancellationToken);
        return _reader.Read(Format, WireResponse.Of(message, body), request);
    }

    private static Dictionary<string, JsonElement> HeadersOf(ModelRequest request) => new(StringComparer.Ordinal)
    {
        ["X-Client-Request-Id"] = JsonSerializer.SerializeToElement(
            ClientRequestId.ToHeaderValue(request.ClientRequestId), ProviderJson.Default.String),
    };

    private static Dictionary<string, JsonElement> MembersOf(ReadOnlyMemory<byte> body) =>
        JsonSerializer.Deserialize(body.Span, ProviderJson.Default.DictionaryStringJsonElement)!;

    /// <summary>A request that was made from raw parts gets no key from the package.</summary>
    private sealed class Key(HttpMessageHandler inner, ProviderEndpoint endpoint) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (await endpoint.AuthorizationAsync(cancellationToken) is var (name, value))
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}

[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(string))]
internal sealed partial class ProviderJson : JsonSerializerContext;

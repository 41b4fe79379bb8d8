using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using FunctionsEval.Providers.Wire;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Responses;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>
/// OpenAI's formats through the protocol methods of the OpenAI and Azure OpenAI packages: our JSON in, the raw response out. They neither
/// retry nor throw here, so that a storm of refusals costs no exceptions (docs/adr/0017).
/// </summary>
#pragma warning disable OPENAI001 // Responses, and constructors that allow a server without a key: marked as experimental in SDK 2.15.
public sealed class OpenAIProvider : IModelProvider, IDisposable
{
    private const string Application = "FunctionsEval";

    // Models that chat completions does not serve.
    private static readonly string[] ResponsesOnly = ["o1-pro", "o3-pro", "o3-deep-research", "o4-mini-deep-research", "gpt-5-pro", "gpt-5-codex", "codex-"];

    private static readonly ResponsesFormat Responses = new();

    private readonly ProviderEndpoint _endpoint;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly Func<string, ChatClient> _chat;
    private readonly ResponsesClient _responses;
    private readonly ChatFormat _chatFormat;
    private readonly bool _hasResponses;
    private readonly bool _hasSeed;
    private readonly ResponseReader _reader;

    /// <param name="hasResponses">The vendor has the Responses API too: used for reasoning effort, and for models that have nothing else.</param>
    /// <param name="hasSchemas">The vendor can hold a model to a JSON schema.</param>
    /// <param name="seedField">What its chat completions call the seed; null where they have none.</param>
    public OpenAIProvider(ProviderEndpoint endpoint, TimeProvider clock, bool hasResponses = false, bool hasSchemas = true, string? seedField = "seed")
    {
        (_endpoint, _clock, _hasResponses, _hasSeed) = (endpoint, clock, hasResponses, seedField is not null);
        _chatFormat = new ChatFormat(hasSchemas, seedField);
        _reader = new ResponseReader(endpoint, clock);
        _http = Attempt.CreateHttpClient(endpoint);
        var key = new Key(endpoint);
        if (endpoint.IsAzureResource)
        {
            _chat = new AzureDeployments(endpoint, Configure(new AzureOpenAIClientOptions { UserAgentApplicationId = Application })).Chat;
        }
        else
        {
            // The model of the client goes unused: the protocol methods take it from the body.
            var chat = new ChatClient("-", key, Configure(new OpenAIClientOptions { Endpoint = endpoint.Endpoint, UserAgentApplicationId = Application }));
            _chat = _ => chat;
        }

        // Azure's package makes a responses client that does not work with this version of OpenAI's, so the resource's v1 API is called.
        var v1 = endpoint.IsAzureResource ? new Uri($"{endpoint.Endpoint.AbsoluteUri.TrimEnd('/')}/openai/v1") : endpoint.Endpoint;
        _responses = new ResponsesClient(key, Configure(new ResponsesClientOptions { Endpoint = v1, UserAgentApplicationId = Application }));
    }

    public Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken) =>
        Attempt.RunAsync(_endpoint, _clock, request, SendAsync, cancellationToken);

    public RequestAdaptations LeavesOut(ModelRequest request) =>
        UsesResponses(request) ? RequestAdaptations.WithoutSeed | RequestAdaptations.WithoutStop
        : _hasSeed ? RequestAdaptations.None
        : RequestAdaptations.WithoutSeed;

    public void Dispose() => _http.Dispose();

    private T Configure<T>(T options)
        where T : ClientPipelineOptions
    {
        options.Transport = new HttpClientPipelineTransport(_http);
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        options.NetworkTimeout = Timeout.InfiniteTimeSpan;
        options.EnableDistributedTracing = false;
        options.ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false };
        return options;
    }

    private async Task<ModelOutcome> SendAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var callOptions = new RequestOptions
        {
            CancellationToken = cancellationToken,
            BufferResponse = false,
        };
        callOptions.SetHeader("X-Client-Request-Id", ClientRequestId.ToHeaderValue(request.ClientRequestId));
        IWireFormat format = UsesResponses(request) ? Responses : _chatFormat;
        var written = RequestBody.Of(format, request);
        if (written.Problem is { } problem)
        {
            return problem;
        }

        using var content = BinaryContent.Create(BinaryData.FromBytes(written.Json));
        var result = format == Responses ? await _responses.CreateResponseAsync(content, callOptions) : await _chat(request.Model).CompleteChatAsync(content, callOptions);
        using var response = result.GetRawResponse();
        using var body = await ResponseBody.ReadAsync(response.ContentStream, _endpoint.MaxResponseBytes, cancellationToken);
        string? Header(string name) => response.Headers.TryGetValue(name, out var value) ? value : null;
        return _reader.Read(format, new WireResponse(Header, body.Bytes, body.IsTooLong), request);
    }

    private bool UsesResponses(ModelRequest request) => _hasResponses
        && (request.ReasoningEffort is not null || ResponsesOnly.Any(prefix => request.Model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));

    private sealed class Key(ProviderEndpoint endpoint) : AuthenticationPolicy
    {
        public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
            throw new NotSupportedException("Calls are asynchronous.");

        public override async ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            if (await endpoint.AuthorizationAsync(message.CancellationToken) is var (name, value))
            {
                message.Request.Headers.Set(name, value);
            }

            await ProcessNextAsync(message, pipeline, currentIndex);
        }
    }
}

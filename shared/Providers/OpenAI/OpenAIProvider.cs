using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI.Chat;
using SdkOptions = OpenAI.OpenAIClientOptions;

namespace FunctionsEval.Providers.OpenAI;

/// <summary>
/// OpenAI chat completions through the OpenAI SDK's protocol method: our JSON in, its raw response out. The SDK neither retries nor
/// throws for an error status here, so that a storm of refusals costs no exceptions (docs/adr/0005).
/// </summary>
public sealed class OpenAIProvider : IModelProvider, IDisposable
{
    private readonly OpenAIProviderOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly ChatClient _client;

    public OpenAIProvider(OpenAIProviderOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _http = CreateHttpClient(options);
        var sdkOptions = new SdkOptions
        {
            Endpoint = options.Endpoint,
            Transport = new HttpClientPipelineTransport(_http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            EnableDistributedTracing = false,
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
            UserAgentApplicationId = "FunctionsEval",
        };

        // The model of the client goes unused: the protocol method takes it from the body.
#pragma warning disable OPENAI001 // The only constructor that allows a server without a key; marked as experimental in SDK 2.15.
        _client = new ChatClient("-", new BearerKey(options.ApiKey), sdkOptions);
#pragma warning restore OPENAI001
    }

    public async Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var timeout = new CancellationTokenSource(_options.Timeout, _clock);
        await using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timeout);
        try
        {
            return await SendAsync(request, timeout.Token);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The call was cancelled by its caller.", e, cancellationToken);
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            return Failed(ModelErrorCode.Timeout, $"No complete answer within {_options.Timeout.TotalSeconds:0.###} s.");
        }
        catch (Exception e)
        {
            return TransportFailure.Of(e, _options, request);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpClient CreateHttpClient(OpenAIProviderOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = options.MaxConnections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(15),
            UseProxy = !options.Endpoint.IsLoopback,
            UseCookies = false,

            // A redirect would carry the key and the prompt to wherever it points.
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        };
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private async Task<ModelOutcome> SendAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var callOptions = new RequestOptions
        {
            CancellationToken = cancellationToken,
            ErrorOptions = ClientErrorBehaviors.NoThrow,
            BufferResponse = false,
        };
        callOptions.SetHeader("X-Client-Request-Id", ClientRequestId.ToHeaderValue(request.ClientRequestId));
        using var content = BinaryContent.Create(BinaryData.FromBytes(ChatRequestWriter.Write(request)));
        var result = await _client.CompleteChatAsync(content, callOptions);
        using var response = result.GetRawResponse();
        using var body = await ResponseBody.ReadAsync(response.ContentStream, _options.MaxResponseBytes, cancellationToken);
        if (body.IsTooLong)
        {
            return Failed(ModelErrorCode.InvalidResponse, $"The response is longer than {_options.MaxResponseBytes} bytes.", response.Status);
        }

        return response.Status == 200 ? ReadAnswer(response, body.Bytes, request) : ReadError(response, ChatErrorReader.Read(body.Bytes), request);
    }

    private ModelOutcome ReadAnswer(PipelineResponse response, ReadOnlyMemory<byte> body, ModelRequest request)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var requestId = Header(response, "x-request-id");
            if (ChatAnswerReader.Read(document.RootElement, requestId) is { } answer)
            {
                return new ModelOutcome.Answered(answer);
            }

            return ChatErrorReader.Read(document.RootElement) is { Status: { } status } error
                ? ReadError(response, error, request, status)
                : Failed(
                    ModelErrorCode.InvalidResponse,
                    Safe($"The response is JSON but no chat completion{Words(ChatErrorReader.Read(document.RootElement)?.Message)}", request),
                    200, requestId: requestId);
        }
        catch (JsonException)
        {
            // A broken body was broken on the way, or is a page of some proxy: not what the model said, so it is worth another try.
            return Failed(
                ModelErrorCode.ServerError,
                $"The response ({body.Length} bytes, {Header(response, "Content-Type") ?? "no content type"}) is not JSON.",
                200, requestId: Header(response, "x-request-id"));
        }
    }

    private ModelOutcome.Failed ReadError(PipelineResponse response, in ChatError error, ModelRequest request, int? statusInBody = null)
    {
        var status = statusInBody ?? response.Status;
        var hint = status is >= 300 and < 400 ? ", redirects are not followed, check the base URL" : "";
        return Failed(
            VendorErrors.CodeOf(status, error.Code, error.Type, error.Message),
            Safe($"HTTP {status}{hint}{Words(error.Message)}", request),
            status,
            error.Code ?? error.Type,
            RetryAfterHeaders.Read(Header(response, "retry-after-ms"), Header(response, "Retry-After"), _clock),
            Header(response, "x-request-id"));
    }

    private string Safe(string message, ModelRequest request) => SafeMessage.Of(message, _options.ApiKey, request.Messages);

    private static string Words(string? message) => string.IsNullOrWhiteSpace(message) ? "" : $": {message}";

    private static string? Header(PipelineResponse response, string name) => response.Headers.TryGetValue(name, out var value) ? value : null;

    private static ModelOutcome.Failed Failed(
        ModelErrorCode code, string message, int? status = null, string? vendorCode = null, TimeSpan? retryAfter = null, string? requestId = null) =>
        new(new ModelFailure(code, message, status, vendorCode, retryAfter, requestId));

    private sealed class BearerKey(string? key) : AuthenticationPolicy
    {
        private readonly string? _header = string.IsNullOrEmpty(key) ? null : $"Bearer {key}";

        public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            Authorize(message);
            ProcessNext(message, pipeline, currentIndex);
        }

        public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            Authorize(message);
            return ProcessNextAsync(message, pipeline, currentIndex);
        }

        private void Authorize(PipelineMessage message)
        {
            if (_header is not null)
            {
                message.Request.Headers.Set("Authorization", _header);
            }
        }
    }
}

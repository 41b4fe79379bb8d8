using System.Net.Http.Headers;
using FunctionsEval.Providers.Wire;

namespace FunctionsEval.Providers.Google;

/// <summary>Gemini over its REST API: there is no SDK to take (docs/adr/0017). The key goes into a header.</summary>
public sealed class GeminiProvider(ProviderEndpoint endpoint, TimeProvider clock) : IModelProvider, IDisposable
{
    private static readonly GeminiFormat Format = new();
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = Attempt.CreateHttpClient(endpoint);
    private readonly ResponseReader _reader = new(endpoint, clock);

    public Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken) =>
        Attempt.RunAsync(endpoint, clock, request, SendAsync, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<ModelOutcome> SendAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var written = request.Messages.Any(message => message.Images?.Any(image => image.Url is not null) == true)
            ? WrittenBody.Refused("Gemini does not load images by their URLs: give the image as a file.")
            : RequestBody.Of(Format, request);
        if (written.Problem is { } problem)
        {
            return problem;
        }

        var url = new Uri($"{endpoint.Endpoint.AbsoluteUri.TrimEnd('/')}/models/{Uri.EscapeDataString(request.Model)}:generateContent");
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(written.Json) };
        message.Content.Headers.ContentType = Json;
        message.Headers.Add("X-Client-Request-Id", ClientRequestId.ToHeaderValue(request.ClientRequestId));
        if (await endpoint.AuthorizationAsync(cancellationToken) is var (name, value))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = await ResponseBody.ReadAsync(stream, endpoint.MaxResponseBytes, cancellationToken);
        return _reader.Read(Format, WireResponse.Of(response, body), request);
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Hosting.AzureFunctions;
using FunctionsEval.Providers.Simulator;
using Microsoft.Extensions.Logging;

namespace FunctionsEval.Functions.Tests.AzureFunctions;

/// <summary>The custom handler on a free port of this process, over a fresh data folder, and calls as the Functions host makes them.</summary>
internal sealed class HandlerHost : IAsyncDisposable
{
    private readonly FunctionsHandler _handler;
    private readonly HttpClient _client;

    private HandlerHost(Workbench bench, Services services, FunctionsHandler handler)
    {
        (Bench, Services, _handler) = (bench, services, handler);
        _client = new HttpClient { BaseAddress = handler.Address };
    }

    public Workbench Bench { get; }

    public Services Services { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<HandlerHost> StartAsync(SimulatorOptions? simulator = null, Action<ILoggingBuilder>? logging = null)
    {
        var bench = await Workbench.CreateAsync(simulator);
        var services = bench.Open(isCommand: false);
        var handler = FunctionsHandler.Create(services, 0, logging ?? (_ => { }));
        await handler.StartAsync(Cancel);
        return new HandlerHost(bench, services, handler);
    }

    /// <summary>A text, null, number or array as the host sends it: JSON inside a JSON string.</summary>
    public static string Rule5(string json) => JsonSerializer.Serialize(json);

    /// <summary>A body whose Data holds these bindings (values are wire JSON).</summary>
    public static string Body(params (string Binding, string Wire)[] data) =>
        "{\"Data\":{" + string.Join(",", data.Select(pair => $"{JsonSerializer.Serialize(pair.Binding)}:{pair.Wire}"))
        + """},"Metadata":{"sys":{"MethodName":"F","UtcNow":"2026-05-04T12:00:00Z","RandGuid":"6f2d0f2c-5b1e-4c06-9d6f-3f5f1c0a7a11"}}}""";

    /// <summary>The body of an activity call: its input text is sent as text, so it is JSON in JSON in JSON.</summary>
    public static string ActivityBody(string inputJson) => Body(("input", Rule5(JsonSerializer.Serialize(inputJson))));

    public static string OrchestratorBody(byte[] request) => Body(("context", Rule5(JsonSerializer.Serialize(Convert.ToBase64String(request)))));

    public async Task<Answer> PostAsync(string path, string body, string? host = null) => await SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), host);

    public async Task<Answer> PostAsync(string path, byte[] body) => await SendAsync(HttpMethod.Post, path, body, host: null);

    public async Task<Answer> GetAsync(string path, string? host = null) => await SendAsync(HttpMethod.Get, path, null, host);

    /// <summary>The return value of a call that the host would count as a success.</summary>
    public async Task<string> ReturnValueAsync(string function, string body)
    {
        var answer = await PostAsync($"/{function}", body);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{(int)answer.Status}: {answer.Text}");
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(JsonValueKind.Object, answer.Json.ValueKind);
        return answer.Json.GetProperty("ReturnValue").GetString()!;
    }

    /// <summary>One turn of an orchestration: the OrchestratorResponse, read by hand.</summary>
    public async Task<ILookup<int, object>> TurnAsync(string function, byte[] request) =>
        Proto.Read(Convert.FromBase64String(await ReturnValueAsync(function, OrchestratorBody(request))));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _handler.DisposeAsync();
        await Services.DisposeAsync();
        await Bench.DisposeAsync();
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, byte[]? body, string? host)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            // As the host sends: of unknown length, so chunked.
            request.Content = new StreamContent(new MemoryStream(body));
            request.Content.Headers.Add("Content-Type", "application/json; charset=utf-8");
            request.Headers.TransferEncodingChunked = true;
        }

        request.Headers.Host = host;
        request.Headers.Add("X-Azure-Functions-InvocationId", "6f2d0f2c-5b1e-4c06-9d6f-3f5f1c0a7a11");
        using var response = await _client.SendAsync(request, Cancel);
        return new Answer(
            response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response.Content.Headers.ContentType?.MediaType, response.Headers.Location?.ToString());
    }
}

/// <summary>One handler for all tests of a class.</summary>
public sealed class SharedHandler : IAsyncLifetime
{
    private HandlerHost? _host;

    internal HandlerHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await HandlerHost.StartAsync();

    public ValueTask DisposeAsync() => _host!.DisposeAsync();
}

using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Local;
using FunctionsEval.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsEval.Functions.Tests.Agents;

/// <summary>The server of the program in this process over HTTP, on a clock that the test moves. Nothing runs by itself.</summary>
internal sealed class AgentServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly Microsoft.AspNetCore.Builder.WebApplication _web;

    private AgentServer(IReadOnlyDictionary<string, string> environment, string? data)
    {
        (Environment, Data) = (environment, data ?? _folder.File("data"));
        (Program, _web) = LocalProgram.OpenServer(
            new Settings(environment.GetValueOrDefault, Data),
            new IPEndPoint(IPAddress.Loopback, 0),
            logging => logging.SetMinimumLevel(LogLevel.Warning),
            services => services.AddSingleton<TimeProvider>(Clock));
    }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public string Data { get; }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UnixEpoch.AddYears(50));

    public LocalProgram Program { get; }

    public HttpClient Client { get; } = new();

    public string Url => _web.Urls.Single();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<AgentServer> StartAsync(params (string Name, string Value)[] environment) => StartAsync(Start, environment);

    public static Task<AgentServer> StartAsync(DateTimeOffset start, params (string Name, string Value)[] environment) =>
        StartAsync(start, environment.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal), data: null);

    /// <summary>A second instance over the same store, at the same time.</summary>
    public Task<AgentServer> StartAnotherAsync() => StartAsync(Clock.GetUtcNow(), Environment, Data);

    private static async Task<AgentServer> StartAsync(DateTimeOffset start, IReadOnlyDictionary<string, string> environment, string? data)
    {
        var server = new AgentServer(environment, data);
        await server._web.StartAsync(Cancel);
        server.Client.BaseAddress = new Uri(server.Url);
        server.Clock.SetUtcNow(start);
        return server;
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, content: null);

    public Task<Answer> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body as string ?? JsonSerializer.Serialize(body));

    public Task<Answer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, JsonSerializer.Serialize(body));

    /// <summary>The JSON of an answer that must be of this status.</summary>
    public async Task<JsonElement> GetJsonAsync(string path) => Expect(await GetAsync(path), HttpStatusCode.OK);

    public async Task<JsonElement> PostJsonAsync(string path, object body, HttpStatusCode status = HttpStatusCode.OK) => Expect(await PostAsync(path, body), status);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Program.DisposeAsync();
        _folder.Dispose();
    }

    private static JsonElement Expect(Answer answer, HttpStatusCode status)
    {
        Assert.True(answer.Status == status, $"{(int)answer.Status}: {answer.Text}");
        return answer.Json;
    }

    private Task<Answer> SendAsync(HttpMethod method, string path, string json) =>
        SendAsync(method, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        using var response = await Client.SendAsync(request, Cancel);
        return new Answer(
            response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response.Content.Headers.ContentType?.MediaType, response.Headers.Location?.ToString());
    }
}

/// <summary>One server for all tests of a class.</summary>
public sealed class SharedAgentServer : IAsyncLifetime
{
    private AgentServer? _server;

    internal AgentServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await AgentServer.StartAsync();

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}

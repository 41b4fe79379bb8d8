using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsEval.Cli;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Http;

/// <summary>The command <c>serve</c> in this process on a free port, over a fresh data folder.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SharedText _error = new();
    private readonly Task<int> _serving;

    private ServerHost(Workbench bench, string[] options)
    {
        Bench = bench;
        _serving = CommandLine.RunAsync(
            bench.Terminal(new SharedText(), _error), ["serve", "--port", "0", "--data", bench.Data, "--base-url", bench.BaseUrl, .. options], _stop.Token);
    }

    public Workbench Bench { get; }

    public HttpClient Client { get; } = new();

    public static async Task<ServerHost> StartAsync(SimulatorOptions? simulator = null, string[]? options = null) =>
        await StartAsync(await Workbench.CreateAsync(simulator), options);

    public static async Task<ServerHost> StartAsync(Workbench bench, string[]? options = null)
    {
        var host = new ServerHost(bench, options ?? []);
        await Eventually.TrueAsync(() => host._error.ToString().Contains("/api over ", StringComparison.Ordinal) || host._serving.IsCompleted, "the server to listen");
        Assert.False(host._serving.IsCompleted, host._error.ToString());
        host.Client.BaseAddress = new Uri(host._error.ToString().Split("serving ")[1].Split("/api over")[0]);
        return host;
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, string? json = null, string contentType = "application/json") =>
        SendAsync(HttpMethod.Post, path, json is null ? null : new StringContent(json, Encoding.UTF8, contentType));

    /// <summary>Adds a definition and starts a run of it; its id.</summary>
    public async Task<string> StartRunAsync(string yaml)
    {
        var definition = await PostAsync("/api/definitions", yaml, "application/yaml");
        Assert.True(definition.Status == HttpStatusCode.Created, definition.Text);
        var run = await PostAsync("/api/runs", JsonSerializer.Serialize(new { definitionId = definition.Json.GetProperty("definitionId").GetString() }));
        Assert.True(run.Status == HttpStatusCode.Accepted, run.Text);
        return run.Json.GetProperty("runId").GetString()!;
    }

    public async Task<JsonElement> RunAsync(string runId) => (await GetAsync($"/api/runs/{runId}")).Json;

    public async Task<JsonElement> UntilAsync(string runId, string status)
    {
        await Eventually.TrueAsync(
            async () => (await RunAsync(runId)).GetProperty("status").GetString() == status, $"run {runId} to be {status}");
        return await RunAsync(runId);
    }

    /// <summary>Stops the server as Ctrl+C does; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _serving;
    }

    /// <summary>Stops the server and leaves the simulator and the data to another one.</summary>
    public async ValueTask StopServerAsync()
    {
        await StopAsync();
        Client.Dispose();
        _stop.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServerAsync();
        await Bench.DisposeAsync();
    }

    /// <summary>A POST that waits for the server's consent: one that is refused by its length must not be cut off while it is sent.</summary>
    public Task<Answer> SendLargeAsync(string path, int bytes) =>
        SendAsync(HttpMethod.Post, path, new StringContent(new string(' ', bytes), Encoding.ASCII, "application/json"), expectContinue: true);

    /// <summary>A request as somebody may write it who does not use this program's own pages.</summary>
    public Task<Answer> SendAsync(string method, string path, byte[]? body, string? contentType, params (string Name, string Value)[] headers)
    {
        var content = body is null ? null : new ByteArrayContent(body);
        if (contentType is not null)
        {
            content!.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return SendAsync(new HttpMethod(method), path, content, expectContinue: false, headers);
    }

    private async Task<Answer> SendAsync(
        HttpMethod method, string path, HttpContent? content, bool expectContinue = false, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.ExpectContinue = expectContinue;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Client.SendAsync(request);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        return new Answer(
            response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType, response.Headers.Location?.ToString());
    }
}

internal sealed record Answer(HttpStatusCode Status, string Text, string? ContentType, string? Location)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Text);
            return document.RootElement.Clone();
        }
    }

    /// <summary>A problem of this status, whose text says this.</summary>
    public void AssertProblem(HttpStatusCode status, string message, string? field = null)
    {
        Assert.True(status == Status, $"{(int)Status}: {Text}");
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
        Assert.Contains(message, Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        if (field is not null)
        {
            Assert.Contains(message, string.Join(' ', Json.GetProperty("errors").GetProperty(field).EnumerateArray()), StringComparison.Ordinal);
        }
    }
}

/// <summary>One server for all tests of a class.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private ServerHost? _host;

    internal ServerHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync();

    public ValueTask DisposeAsync() => _host!.DisposeAsync();
}

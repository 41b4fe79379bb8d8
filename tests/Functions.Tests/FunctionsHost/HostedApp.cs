using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using FunctionsEval.Functions.Tests.Http;
using FunctionsEval.Providers.Simulator;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.TestKit;
using FunctionsEval.TestKit.FunctionsHost;
using Microsoft.AspNetCore.Routing.Template;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>
/// The function app under the host of the test kit, over a real Azurite and a simulated model: its queue triggers its function, and HTTP
/// reaches it as through the host's front: routes in the order of names, keys by level.
/// </summary>
internal sealed class HostedApp : IAsyncDisposable
{
    public const string FunctionKey = "key-of-functions";

    /// <summary>What people sign in with to the pages.</summary>
    public const string PagesKey = "a-key-for-pages";
    public const string MasterKey = "key-of-the-master";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectCallback = async (context, cancellationToken) => await ConnectAsync(context.DnsEndPoint, cancellationToken) });
    private readonly CancellationTokenSource _stop = new();
    private readonly QueueClient _queue;
    private readonly Task _pump;
    private bool _hasAnswered;

    private HostedApp(WorkerHost host, SimulatorServer simulator, string storage, bool takesMessages)
    {
        (Host, Simulator) = (host, simulator);
        _queue = new QueueClient(storage, PipelineJob.QueueName, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        _pump = takesMessages ? PumpAsync() : Task.CompletedTask;
    }

    public WorkerHost Host { get; }

    public SimulatorServer Simulator { get; }

    /// <param name="folder">The built or the published function app.</param>
    /// <param name="takesMessages">Whether what is in the queue triggers its function.</param>
    public static async Task<HostedApp> StartAsync(string folder, string storage, SimulatorOptions? simulated = null, bool takesMessages = true)
    {
        var simulator = await SimulatorServer.StartAsync(simulated ?? new SimulatorOptions(), TimeProvider.System, CancellationToken.None);
        var settings = new Dictionary<string, string> { ["AzureWebJobsStorage"] = storage, ["OPENAI_COMPATIBLE_BASE_URL"] = simulator.BaseUrl.ToString(), ["FUNCTIONSEVAL_API_KEY"] = PagesKey };
        var app = new HostedApp(await WorkerHost.StartAsync(folder, settings), simulator, storage, takesMessages);

        // The worker's package gives up on a request whose call and whose body are more than five seconds apart, which the first may be on a busy machine.
        await Eventually.TrueAsync(async () => (await app.SendAsync(HttpMethod.Get, "/api/health", key: null)).Status == HttpStatusCode.OK, "the worker to answer", TimeSpan.FromMinutes(2));
        app._hasAnswered = true;
        return app;
    }

    /// <summary>Calls the app as through the host.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? key = MasterKey, CancellationToken cancellationToken = default)
    {
        var uri = new Uri(Host.HttpAddress, request.RequestUri!);
        var (name, level) = Host.Functions.Select(function => (function.Key, Trigger: TriggerOf(function.Value)))
            .Where(function => function.Trigger is not null && IsMatch((string)function.Trigger["route"]!, uri.AbsolutePath))
            .Select(function => (function.Key, (string)function.Trigger!["authLevel"]!))
            .FirstOrDefault();
        if (name is null || (level != "Anonymous" && key != MasterKey && (level == "Admin" || key != FunctionKey)))
        {
            return new HttpResponseMessage(name is null ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized) { Content = new StringContent("") };
        }

        var id = Guid.NewGuid().ToString();
        request.RequestUri = uri;
        request.Headers.Add("x-ms-invocation-id", id);
        var invocation = Host.InvokeAsync(name, new JsonObject { ["request"] = new JsonObject { ["http"] = new JsonObject() } }, id);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (_hasAnswered)
        {
            _ = invocation.ContinueWith(end => Ended(name, end.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }

        return response;
    }

    /// <summary>HTTP functions that failed since the first answer, which the host answers with 500.</summary>
    public List<string> FailedFunctions { get; } = [];

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json", string? key = MasterKey)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, contentType);
        using var response = await SendAsync(request, key);
        return new Answer(
            response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType, response.Headers.Location?.ToString());
    }

    /// <summary>Adds a definition and starts a run of it; its id.</summary>
    public async Task<string> StartRunAsync(string yaml)
    {
        var definition = await SendAsync(HttpMethod.Post, "/api/definitions", yaml, "application/yaml");
        Assert.True(definition.Status == HttpStatusCode.Created, $"{definition.Status} {definition.Text}");
        var run = await SendAsync(HttpMethod.Post, "/api/runs", JsonSerializer.Serialize(new { definitionId = definition.Json.GetProperty("definitionId").GetString() }));
        Assert.True(run.Status == HttpStatusCode.Accepted, $"{run.Status} {run.Text}");
        return run.Json.GetProperty("runId").GetString()!;
    }

    public async Task<JsonElement> UntilAsync(string runId, string status)
    {
        JsonElement run = default;
        await Eventually.TrueAsync(
            async () =>
            {
                _ = Host.Durable.StateOf(runId);
                var answer = await SendAsync(HttpMethod.Get, $"/api/runs/{runId}");

                // A worker that has just started may take longer over its first request than the worker's package allows, on a busy machine.
                return (int)answer.Status < 500 && (run = answer.Json).GetProperty("status").GetString() == status;
            },
            $"run {runId} to be {status}",
            TimeSpan.FromMinutes(4));
        return run;
    }

    public Task<InvocationEnd> TimerAsync(string function) => Host.InvokeAsync(function, new JsonObject
    {
        ["timer"] = new JsonObject { ["json"] = """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{"Last":"2026-11-27T10:00:00Z","Next":"2026-11-27T10:05:00Z"},"IsPastDue":false}""" },
        ["client"] = Host.Durable.Client,
    });

    public Task<InvocationEnd> MessageAsync(string message) => Host.InvokeAsync(PipelineQueue.Name, new JsonObject
    {
        ["message"] = new JsonObject { ["string"] = message },
        ["client"] = Host.Durable.Client,
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pump.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Host.DisposeAsync();
        await Simulator.DisposeAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    /// <summary>A message whose function failed comes back after its visibility.</summary>
    private async Task PumpAsync()
    {
        await _queue.CreateIfNotExistsAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            if ((await _queue.ReceiveMessageAsync(TimeSpan.FromSeconds(2), _stop.Token)).Value is { } message && (await MessageAsync(message.MessageText)).Succeeded)
            {
                await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, _stop.Token);
            }
        }
    }

    // A worker has loaded its functions a moment before its own server listens.
    private static async Task<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await socket.ConnectAsync(address, cancellationToken);
                    return true;
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    return false;
                }
            },
            "the worker to listen",
            cancellationToken: cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private void Ended(string name, InvocationEnd end)
    {
        if (!end.Succeeded)
        {
            FailedFunctions.Add($"{name}: {end.Error}");
        }
    }

    private static JsonNode? TriggerOf(JsonObject function) => function["rawBindings"]!.AsArray()
        .Select(binding => JsonNode.Parse((string)binding!)!)
        .FirstOrDefault(binding => (string)binding["type"]! == "httpTrigger");

    private static bool IsMatch(string route, string path) => new TemplateMatcher(TemplateParser.Parse($"api/{route}"), []).TryMatch(path, []);
}

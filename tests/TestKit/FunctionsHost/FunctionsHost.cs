using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>
/// Plays the Azure Functions host to a built or published function app: starts its worker as a process, asks it for its functions over gRPC,
/// loads and calls them. Orchestrations run in memory, in <see cref="DurableHub"/>.
/// </summary>
/// <param name="folder">The function app.</param>
/// <param name="settings">Its settings.</param>
public sealed class FunctionsHost(string folder, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private readonly WebApplication _server = CreateServer();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationEnd>> _invocations = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource<Stream> _worker = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _invocation;
    private int _loaded;

    /// <summary>The functions of the worker by name, as it describes them.</summary>
    public SortedDictionary<string, JsonObject> Functions { get; } = new(StringComparer.OrdinalIgnoreCase);

    public DurableHub Durable => field ??= new DurableHub(this);

    /// <summary>The process of the worker that was started last.</summary>
    public ProgramProcess Worker { get; private set; } = null!;

    /// <summary>What workers have logged, as it came.</summary>
    public ConcurrentQueue<JsonObject> Logs { get; } = new();

    internal string Address => _server.Urls.First();

    /// <summary>Where the worker's own HTTP server listens.</summary>
    internal Uri HttpUri { get; private set; } = null!;

    public static async Task<FunctionsHost> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var host = new FunctionsHost(folder, settings);
        host._server.MapPost("/AzureFunctionsRpcMessages.FunctionRpc/EventStream", host.ServeWorkerAsync);
        host._server.MapPost("/TaskHubSidecarService/{method}", host.Durable.AnswerAsync);
        await host._server.StartAsync();
        await host.StartWorkerAsync();
        return host;
    }

    /// <summary>Starts a worker and waits until it has loaded all functions.</summary>
    public async Task StartWorkerAsync()
    {
        var worker = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "worker.config.json")))!["description"]!;
        var program = worker["defaultExecutablePath"]!.GetValue<string>().Replace("{WorkerRoot}", folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        var environment = new Dictionary<string, string>(settings)
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["FUNCTIONS_APPLICATION_DIRECTORY"] = folder,
            ["FUNCTIONS_WORKER_DIRECTORY"] = folder,
        };
        Worker = ProgramProcess.StartProgram(
            [
                program, Path.Combine(folder, worker["defaultWorkerPath"]!.GetValue<string>()), "--host", "127.0.0.1", "--port", $"{new Uri(Address).Port}",
                "--workerId", "w", "--requestId", "r", "--grpcMaxMessageLength", $"{int.MaxValue}", "--functions-uri", Address + "/",
                "--functions-worker-id", "w", "--functions-request-id", "r", "--functions-grpc-max-message-length", $"{int.MaxValue}",
            ],
            environment);
        var isLoaded = await Task.WhenAny(_worker.Task, Worker.ExitAsync()).WaitAsync(TimeSpan.FromMinutes(2)) == _worker.Task;
        _ = isLoaded ? await _worker.Task : throw new InvalidOperationException($"The worker ended: {Worker.Output} {Worker.Error}");
    }

    /// <summary>Kills the worker, as an operating system without memory does; calls under way are lost.</summary>
    public async Task KillWorkerAsync()
    {
        var before = _worker;
        await Worker.KillAsync();
        await Eventually.TrueAsync(() => before != _worker, "the host to notice that its worker is gone");
    }

    /// <summary>Calls a function, once a worker is there.</summary>
    /// <param name="data">Of each binding: an object with one property, whose name is its kind, such as <c>string</c> or <c>json</c>.</param>
    public Task<InvocationEnd> InvokeAsync(string function, params (string Binding, JsonObject Data)[] data) =>
        InvokeAsync(function, $"{function}-{Interlocked.Increment(ref _invocation)}", data);

    /// <summary>Ends the host and leaves its worker to itself.</summary>
    public ValueTask LeaveWorkerAsync() => _server.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await _server.DisposeAsync();
    }

    internal async Task<InvocationEnd> InvokeAsync(string function, string id, (string Binding, JsonObject Data)[] data)
    {
        var source = _worker;
        var worker = await source.Task;
        var end = _invocations.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await SendAsync(worker, "invocationRequest", new JsonObject
        {
            ["invocationId"] = id,
            ["functionId"] = Functions[function]["functionId"]!.GetValue<string>(),
            ["inputData"] = new JsonArray([.. data.Select(binding => new JsonObject { ["name"] = binding.Binding, ["data"] = binding.Data })]),
        });
        if (source != _worker)
        {
            Complete(id, new InvocationEnd([], IsLost: true));
        }

        return await end.Task;
    }

    private static WebApplication CreateServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        return builder.Build();
    }

    private async Task ServeWorkerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync();
        try
        {
            while (await GrpcFrames.ReadAsync(context.Request.Body, context.RequestAborted) is { } bytes)
            {
                await HandleAsync(context.Response.Body, WorkerMessages.Read(bytes));
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The worker is gone.
        }

        (_worker, _loaded) = (new(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        _invocations.Keys.ToList().ForEach(id => Complete(id, new InvocationEnd([], IsLost: true)));
    }

    private async Task HandleAsync(Stream worker, JsonObject message)
    {
        var (kind, content) = message.First(part => part.Key != "requestId");
        switch (kind)
        {
            case "startStream":
                await SendAsync(worker, "workerInitRequest", new JsonObject { ["hostVersion"] = "4.1044.0", ["workerDirectory"] = folder, ["functionAppDirectory"] = folder });
                break;
            case "workerInitResponse":
                HttpUri = new Uri(content!["capabilities"]!["HttpUri"]!.GetValue<string>());
                await SendAsync(worker, "functionsMetadataRequest", new JsonObject { ["functionAppDirectory"] = folder });
                break;
            case "functionMetadataResponse":
                foreach (var function in content!["functionMetadataResults"]!.AsArray().Select(function => function!.AsObject()))
                {
                    Functions[function["name"]!.GetValue<string>()] = function;
                    await SendAsync(worker, "functionLoadRequest", new JsonObject { ["functionId"] = function["functionId"]!.DeepClone(), ["metadata"] = function.DeepClone() });
                }

                break;
            case "functionLoadResponse" when content!["result"]!["status"]?.GetValue<string>() != "Success":
                _worker.TrySetException(new InvalidOperationException($"A function could not be loaded: {content.ToJsonString()}"));
                break;
            case "functionLoadResponse" when ++_loaded == Functions.Count:
                _worker.TrySetResult(worker);
                break;
            case "invocationResponse":
                Complete(content!["invocationId"]!.GetValue<string>(), new InvocationEnd(content.AsObject()));
                break;
            case "rpcLog":
                Logs.Enqueue(content!.AsObject());
                break;
        }
    }

    private void Complete(string id, InvocationEnd end)
    {
        if (_invocations.TryRemove(id, out var invocation))
        {
            invocation.TrySetResult(end);
        }
    }

    private async Task SendAsync(Stream worker, string kind, JsonObject content)
    {
        var message = WorkerMessages.Write(new JsonObject { ["requestId"] = "r", [kind] = content });
        await _writing.WaitAsync();
        try
        {
            await GrpcFrames.WriteAsync(worker, message, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }
}

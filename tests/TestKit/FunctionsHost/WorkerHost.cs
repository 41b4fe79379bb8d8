using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
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
public sealed class WorkerHost(string folder, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationEnd>> _invocations = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource<Stream> _worker = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _server = null!;
    private int _connections;
    private int _invocation;
    private int _loaded;

    /// <summary>The functions of the worker by name, as it describes them.</summary>
    public SortedDictionary<string, JsonObject> Functions { get; } = new(StringComparer.OrdinalIgnoreCase);

    public DurableHub Durable => field ??= new DurableHub(this);

    /// <summary>The process of the worker that was started last.</summary>
    public ProgramProcess Worker { get; private set; } = null!;

    /// <summary>Where the worker's own HTTP server listens.</summary>
    public Uri HttpAddress { get; private set; } = null!;

    /// <summary>What workers have logged, as it came.</summary>
    public ConcurrentQueue<JsonObject> Logs { get; } = new();

    /// <summary>How many connections workers have opened; one without traffic is closed after a second.</summary>
    public int Connections => Volatile.Read(ref _connections);

    internal string Address => _server.Urls.First();

    public static async Task<WorkerHost> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var host = new WorkerHost(folder, settings);
        host._server = host.CreateServer();
        await host._server.StartAsync();
        await host.StartWorkerAsync();
        return host;
    }

    /// <summary>Starts a worker and waits until it has loaded all functions.</summary>
    public async Task StartWorkerAsync()
    {
        var worker = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "worker.config.json")))!["description"]!;
        var program = ((string)worker["defaultExecutablePath"]!).Replace("{WorkerRoot}", folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        string[] arguments =
        [
            program, Path.Combine(folder, (string)worker["defaultWorkerPath"]!), "--host", "127.0.0.1", "--port", $"{new Uri(Address).Port}",
            "--workerId", "w", "--requestId", "r", "--grpcMaxMessageLength", $"{int.MaxValue}", "--functions-uri", Address + "/",
            "--functions-worker-id", "w", "--functions-request-id", "r", "--functions-grpc-max-message-length", $"{int.MaxValue}",
        ];
        Worker = ProgramProcess.StartProgram(arguments, new Dictionary<string, string>(settings)
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["FUNCTIONS_APPLICATION_DIRECTORY"] = folder,
            ["FUNCTIONS_WORKER_DIRECTORY"] = folder,
        });
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
    /// <param name="id">Of the call, where something else must know it.</param>
    public async Task<InvocationEnd> InvokeAsync(string function, JsonObject data, string? id = null)
    {
        var before = _worker;
        var worker = await before.Task;
        id ??= $"{function}-{Interlocked.Increment(ref _invocation)}";
        var end = _invocations.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await SendAsync(worker, "invocationRequest", new JsonObject
        {
            ["invocationId"] = id,
            ["functionId"] = (string)Functions[function]["functionId"]!,
            ["inputData"] = new JsonArray([.. data.Select(binding => new JsonObject { ["name"] = binding.Key, ["data"] = binding.Value!.DeepClone() })]),
            ["traceContext"] = new JsonObject(),
        });
        if (before != _worker)
        {
            Complete(id, []);
        }

        return await end.Task;
    }

    /// <summary>Ends the host and leaves its worker to itself.</summary>
    public ValueTask LeaveWorkerAsync() => _server.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await _server.DisposeAsync();
    }

    private WebApplication CreateServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(Counted);
            });
        });
        builder.Services.AddRoutingCore();
        var server = builder.Build();
        server.MapPost("/AzureFunctionsRpcMessages.FunctionRpc/EventStream", ServeWorkerAsync);
        server.MapPost("/TaskHubSidecarService/{method}", Durable.AnswerAsync);
        return server;

        ConnectionDelegate Counted(ConnectionDelegate next) => connection =>
        {
            Interlocked.Increment(ref _connections);
            return next(connection);
        };
    }

    private async Task ServeWorkerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync();
        var mine = _worker;
        using var gone = context.RequestAborted.Register(() => WorkerGone(mine));
        while (await GrpcFrames.ReadAsync(context.Request.Body, context.RequestAborted) is { } bytes)
        {
            await HandleAsync(context.Response.Body, WorkerMessages.Read(bytes));
        }

        WorkerGone(mine);
    }

    private void WorkerGone(TaskCompletionSource<Stream> worker)
    {
        _loaded = 0;
        if (Interlocked.CompareExchange(ref _worker, new(TaskCreationOptions.RunContinuationsAsynchronously), worker) == worker)
        {
            _invocations.Keys.ToList().ForEach(id => Complete(id, []));
        }
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
                HttpAddress = new Uri((string)content!["capabilities"]!["HttpUri"]!);
                await SendAsync(worker, "functionsMetadataRequest", new JsonObject { ["functionAppDirectory"] = folder });
                break;
            case "functionMetadataResponse":
                foreach (var function in content!["functionMetadataResults"]!.AsArray().Select(function => function!.AsObject()))
                {
                    Functions[(string)function["name"]!] = function;
                    await SendAsync(worker, "functionLoadRequest", new JsonObject { ["functionId"] = (string)function["functionId"]!, ["metadata"] = function.DeepClone() });
                }

                break;
            case "functionLoadResponse" when (string?)content!["result"]!["status"] != "Success":
                _worker.TrySetException(new InvalidOperationException($"A function could not be loaded: {content.ToJsonString()}"));
                break;
            case "functionLoadResponse" when ++_loaded == Functions.Count:
                _worker.TrySetResult(worker);
                break;
            case "invocationResponse":
                Complete((string)content!["invocationId"]!, content.AsObject());
                break;
            case "rpcLog":
                Logs.Enqueue(content!.AsObject());
                break;
        }
    }

    private void Complete(string id, JsonObject response)
    {
        if (_invocations.TryRemove(id, out var invocation))
        {
            invocation.TrySetResult(new InvocationEnd(response));
        }
    }

    private async Task SendAsync(Stream worker, string kind, JsonObject content)
    {
        await _writing.WaitAsync();
        try
        {
            await GrpcFrames.WriteAsync(worker, WorkerMessages.Write(kind, content), CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }
}

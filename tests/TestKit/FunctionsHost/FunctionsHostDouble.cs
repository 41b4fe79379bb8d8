using FunctionsEval.TestKit.FunctionsHost.Configuration;
using FunctionsEval.TestKit.FunctionsHost.Durable;
using FunctionsEval.TestKit.FunctionsHost.Handler;
using FunctionsEval.TestKit.FunctionsHost.Http;
using FunctionsEval.TestKit.FunctionsHost.Triggers;

namespace FunctionsEval.TestKit.FunctionsHost;

/// <summary>
/// Plays the Azure Functions host and the Durable Functions extension to a custom handler: it starts the executable of a script root as a
/// child process and calls it as they do. What it plays and what not: docs/adr/0014.
/// </summary>
public sealed class FunctionsHostDouble : IAsyncDisposable
{
    private const string FunctionsRuntime = "FUNCTIONS_WORKER_RUNTIME";

    private readonly HandlerConnection _connection;
    private readonly HandlerChannel _channel;
    private readonly SidecarServer _sidecar;
    private readonly HttpFront _front;
    private readonly BackgroundWork _triggers;
    private readonly IReadOnlyList<TimerTrigger> _timers;

    private FunctionsHostDouble(Parts parts, DurableExtension durable, SidecarServer sidecar, HttpFront front, BackgroundWork triggers, IReadOnlyList<TimerTrigger> timers)
    {
        (_connection, _channel, Durable, Log, Counts) = (parts.Connection, parts.Channel, durable, parts.Log, parts.Counts);
        (_sidecar, _front, _triggers, _timers, Functions) = (sidecar, front, triggers, timers, parts.Functions);
        Client = new HttpClient { BaseAddress = front.Address };
        Client.DefaultRequestHeaders.Add("x-functions-key", Key);
    }

    public static string Key => "key-of-the-host";

    public IReadOnlyList<FunctionDefinition> Functions { get; }

    public HostLog Log { get; }

    public InvocationCounts Counts { get; }

    public DurableExtension Durable { get; }

    /// <summary>Calls the public side, with the key.</summary>
    public HttpClient Client { get; }

    public Uri Address => _front.Address;

    public Uri SidecarAddress => _sidecar.Address;

    public int HandlerStarts => _channel.Starts;

    /// <summary>True once the host has given its handler up.</summary>
    public bool HasStopped => _channel.Stopped.IsCancellationRequested;

    /// <summary>Returns when the handler has answered its first ping and the triggers run.</summary>
    public static async Task<FunctionsHostDouble> StartAsync(string scriptRoot, FunctionsHostOptions options, CancellationToken cancellationToken)
    {
        var clock = options.Clock ?? TimeProvider.System;
        var settings = new Dictionary<string, string>(options.AppSettings ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        settings.TryAdd(FunctionsRuntime, "custom");
        var host = HostJson.Read(scriptRoot, settings);
        var log = new HostLog();
        var functions = FunctionDefinition.ReadAll(scriptRoot)
            .Where(function => !function.IsDisabled && settings.GetValueOrDefault($"AzureWebJobs.{function.Name}.Disabled") is not "true").ToList();
        var connection = new HandlerConnection(host.IsForwarding);
        var channel = new HandlerChannel(scriptRoot, host, settings, connection, log, clock);
        var parts = new Parts(functions, host, settings, log, new InvocationCounts(), connection, channel, clock);
        channel.Start();
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, channel.Stopped);
            await channel.ReadyAsync(either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            await channel.DisposeAsync();
            connection.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidOperationException($"The host stopped before its handler was ready.\n{log}", e);
        }

        return await AssembleAsync(parts, options, cancellationToken);
    }

    /// <summary>SIGKILL; the host sees the exit, counts an error and starts another.</summary>
    public async Task KillHandlerAsync(CancellationToken cancellationToken)
    {
        var starts = _channel.Starts;
        await _channel.KillAsync();
        await Eventually.TrueAsync(() => _channel.Starts > starts || HasStopped, "another handler", cancellationToken: cancellationToken);
    }

    /// <summary>Calls a timer function now; false when the call failed.</summary>
    public Task<bool> FireTimerAsync(string function, CancellationToken cancellationToken, bool isPastDue = false) =>
        _timers.Single(timer => timer.Name == function).FireAsync(isPastDue, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _triggers.DisposeAsync();
        await Durable.DisposeAsync();
        await _channel.DisposeAsync();
        await _front.DisposeAsync();
        await _sidecar.DisposeAsync();
        _connection.Dispose();
    }

    private static async Task<FunctionsHostDouble> AssembleAsync(Parts parts, FunctionsHostOptions options, CancellationToken cancellationToken)
    {
        var (functions, host, settings, log, counts, connection, channel, clock) = parts;
        var invoker = new FunctionInvoker(channel, connection, host, log, counts, clock);
        var durable = new DurableExtension(functions, invoker, host.Durable, log, clock);
        var sidecar = await SidecarServer.StartAsync(durable, log, cancellationToken);
        HttpFront? front = null;
        string DurableClient() => DurableClientBinding.Text(host.Durable.HubName, sidecar.Address, front!.Address);

        front = await HttpFront.StartAsync(
            functions, host, Key, new RawForwarder(channel, connection, host.IsProxying), new WrappedHttp(invoker, DurableClient), cancellationToken);
        var work = new BackgroundWork(log);
        var timers = functions.Where(function => function.Trigger.IsOfType("timerTrigger"))
            .Select(function => new TimerTrigger(function, settings, invoker, DurableClient, log, clock)).ToList();
        if (options.RunsTimers)
        {
            timers.ForEach(timer => timer.Start(work));
        }

        foreach (var function in functions.Where(function => function.Trigger.IsOfType("queueTrigger")))
        {
            var connectionName = function.Trigger.Text("connection") is { Length: > 0 } name ? name : "AzureWebJobsStorage";
            var storage = settings.GetValueOrDefault(connectionName) ?? throw new HostConfigurationException($"{function.Name}: app setting '{connectionName}' is missing.");
            new QueueTrigger(function, storage, host.Queues, invoker, DurableClient, log, work).Start();
        }

        return new FunctionsHostDouble(parts, durable, sidecar, front, work, timers);
    }

    private sealed record Parts(
        IReadOnlyList<FunctionDefinition> Functions,
        HostJson Host,
        IReadOnlyDictionary<string, string> Settings,
        HostLog Log,
        InvocationCounts Counts,
        HandlerConnection Connection,
        HandlerChannel Channel,
        TimeProvider Clock);
}

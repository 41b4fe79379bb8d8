using System.Collections.Frozen;
using FunctionsEval.Reviews;
using FunctionsEval.Runs;

namespace FunctionsEval.Hosting.AzureFunctions;

/// <summary>Every function that the host calls in wrapped form. The folders in functions/Bindings say the same to the host.</summary>
internal sealed class FunctionTable : IDisposable
{
    public const string Orchestration = "orchestrationTrigger";
    public const string Activity = "activityTrigger";
    public const string Queue = "queueTrigger";
    public const string Timer = "timerTrigger";

    public const string QueueBinding = "message";
    public const string TimerBinding = "timer";

    private readonly GrpcChannel _channel = new();
    private readonly Services _services;
    private readonly Watchdog _watchdog;
    private readonly FrozenDictionary<string, WrappedFunction> _functions;

    public FunctionTable(Services services, ILoggerFactory loggers)
    {
        _services = services;
        _watchdog = new Watchdog(services.Runs, loggers.CreateLogger<Watchdog>());
        var orchestrator = new OrchestratorFunction(services.Registry, services.Converter, loggers);
        var activity = new ActivityFunction(services.Registry, services.Converter, loggers.CreateLogger<ActivityFunction>());
        WrappedFunction[] functions =
        [
            .. services.Registry.OrchestratorNames.Select(name => new WrappedFunction(
                name, Orchestration, OrchestratorFunction.Binding, HasClient: false, (body, _) => Task.FromResult(orchestrator.Run(name, body)))),
            .. services.Registry.ActivityNames.Select(name => new WrappedFunction(
                name, Activity, ActivityFunction.Binding, HasClient: false, (body, cancellationToken) => activity.RunAsync(name, body, cancellationToken))),
            new(PipelineQueue.Name, Queue, QueueBinding, HasClient: true, HandleJobAsync),
            new(Watchdog.Name, Timer, TimerBinding, HasClient: true, WatchAsync),
            new(Review.Name, Timer, TimerBinding, HasClient: false, ReviewAsync),
        ];
        _functions = functions.ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyCollection<WrappedFunction> All => _functions.Values;

    public WrappedFunction? Find(string name) => _functions.GetValueOrDefault(name);

    public void Dispose() => _channel.Dispose();

    private async Task<WrappedReply> HandleJobAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var call = WrappedCall.Parse(body);
        var message = WireValue.TextOf(call.Value(QueueBinding));
        await _services.PipelineOf(ClientOf(call)).HandleAsync(message, cancellationToken);
        return new WrappedReply();
    }

    private async Task<WrappedReply> WatchAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var call = WrappedCall.Parse(body);
        _ = call.Value(TimerBinding);
        var restarted = await _watchdog.RunAsync(_services.PipelineOf(ClientOf(call)), cancellationToken);
        return new WrappedReply(Log: restarted == 0 ? null : $"Restarted the orchestrations of {restarted} runs.");
    }

    private async Task<WrappedReply> ReviewAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        _ = WrappedCall.Parse(body).Value(TimerBinding);
        var report = await _services.Review.RunAsync(cancellationToken);
        return new WrappedReply(Log: report.Findings.Count == 0 ? null : $"{report.Findings.Count} findings are open.");
    }

    private GrpcDurableTaskClient ClientOf(WrappedCall call) =>
        new GrpcDurableTaskClient(_channel, DurableClientBinding.Read(call), _services.Converter, _services.Clock);
}

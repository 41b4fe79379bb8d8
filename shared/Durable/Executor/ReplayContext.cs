using System.Globalization;
using FunctionsEval.Durable.Protocol;
using Microsoft.Extensions.Logging;
using ActionKind = FunctionsEval.Durable.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;

namespace FunctionsEval.Durable.Executor;

/// <summary>The context of one execution: turns calls into actions with ids, and keeps the tasks that history will complete.</summary>
internal sealed partial class ReplayContext(
    Turn turn, string instanceId, ExecutionStartedEvent started, ExternalEvents events, JsonDataConverter converter, ILoggerFactory loggers)
    : OrchestrationContext
{
    private readonly Dictionary<int, IOpenTask> _open = [];
    private DateTime _currentUtc;
    private int _guids;

    public PendingActions Pending { get; } = new();

    public string? CustomStatus { get; private set; }

    public bool HasCustomStatus { get; private set; }

    /// <summary>The new input (JSON, may be null) once user code has asked to continue as new.</summary>
    public (string? Input, bool PreserveEvents)? Continuation { get; private set; }

    public bool Replaying { get; set; }

    public bool IsWaiting => _open.Count > 0 || events.WaiterCount > 0;

    public override string Name => started.Name;

    public override string InstanceId => instanceId;

    public override string Version => started.Version ?? "";

    public override ParentOrchestrationInstance? Parent { get; } = started.ParentInstance is { } parent
        ? new ParentOrchestrationInstance(parent.Name ?? "", parent.OrchestrationInstance?.InstanceId ?? "")
        : null;

    public override DateTime CurrentUtcDateTime
    {
        get
        {
            turn.Verify();
            return _currentUtc;
        }
    }

    public override bool IsReplaying => Replaying;

    public void SetTime(DateTime utc) => _currentUtc = utc;

    public override T? GetInput<T>()
        where T : default => converter.Deserialize<T>(started.Input);

    public override Task<TResult> CallActivityAsync<TResult>(string name, object? input = null, TaskOptions? options = null)
    {
        turn.Verify();
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var json = converter.Serialize(input);
        return options?.Retry is { } retry
            ? WithRetries(retry, () => ScheduleActivity<TResult>(name, json))
            : ScheduleActivity<TResult>(name, json);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(string orchestratorName, object? input = null, TaskOptions? options = null)
    {
        turn.Verify();
        ArgumentException.ThrowIfNullOrWhiteSpace(orchestratorName);
        var json = converter.Serialize(input);
        var given = (options as SubOrchestrationOptions)?.InstanceId;
        return options?.Retry is { } retry
            ? WithRetries(retry, () => ScheduleSubOrchestration<TResult>(orchestratorName, json, given))
            : ScheduleSubOrchestration<TResult>(orchestratorName, json, given);
    }

    public override void SendEvent(string instanceId, string eventName, object? payload)
    {
        turn.Verify();
        InstanceIds.Validate(instanceId);
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        Pending.Add(new OrchestratorAction
        {
            SendEvent = new SendEventAction
            {
                Instance = new OrchestrationInstance { InstanceId = instanceId },
                Name = eventName,
                Data = converter.Serialize(payload),
            },
        });
    }

    public override void SetCustomStatus(object? customStatus)
    {
        turn.Verify();
        CustomStatus = converter.Serialize(customStatus);
        HasCustomStatus = true;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        turn.Verify();
        Continuation = (converter.Serialize(newInput), preserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        turn.Verify();
        return DeterministicGuid.Create(instanceId, started.OrchestrationInstance?.ExecutionId, _currentUtc, _guids++);
    }

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(this, loggers.CreateLogger(categoryName));

    /// <summary>Completes what waits under an id. An unknown id is a duplicate, or nobody waits any more: nothing happens.</summary>
    public IOpenTask? TakeOpen(int id, ActionKind kind)
    {
        if (!_open.TryGetValue(id, out var task) || task.Kind != kind)
        {
            return null;
        }

        _open.Remove(id);
        return task;
    }

    private Task<T> ScheduleActivity<T>(string name, string? json)
    {
        Pending.Add(new OrchestratorAction { ScheduleTask = new ScheduleTaskAction { Name = name, Input = json } });
        return Open<T>(name, ActionKind.ScheduleTask);
    }

    private Task<T> ScheduleSubOrchestration<T>(string name, string? json, string? given)
    {
        // The execution is part of a derived id: after continue-as-new the ids of actions begin again at 0.
        var execution = started.OrchestrationInstance?.ExecutionId ?? "";
        var id = given ?? string.Create(
            CultureInfo.InvariantCulture, $"{instanceId}:{execution[..Math.Min(8, execution.Length)]}:{Pending.NextId:X4}");
        InstanceIds.Validate(id);
        Pending.Add(new OrchestratorAction
        {
            CreateSubOrchestration = new CreateSubOrchestrationAction { InstanceId = id, Name = name, Input = json },
        });
        return Open<T>(name, ActionKind.CreateSubOrchestration);
    }

    private Task<T> Open<T>(string name, ActionKind kind)
    {
        var id = Pending.NextId - 1;
        var task = new OpenTask<T>(name, id, kind, converter);
        _open.Add(id, task);
        return task.Task;
    }

    private async Task<T> WithRetries<T>(RetryPolicy policy, Func<Task<T>> attempt)
    {
        var firstAttempt = _currentUtc;
        for (var attempts = 1; ; attempts++)
        {
            TimeSpan delay;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException e) when (policy.NextDelay(attempts, _currentUtc - firstAttempt, e.FailureDetails) is { } next)
            {
                delay = next;
            }

            await CreateTimer(_currentUtc + delay, CancellationToken.None);
        }
    }
}

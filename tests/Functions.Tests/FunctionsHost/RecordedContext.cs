using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

/// <summary>Hands everything to the context of an engine, and notes what an orchestrator asks of it for the first time, replays aside.</summary>
internal sealed class RecordedContext(TaskOrchestrationContext inner, RecordedCalls calls) : TaskOrchestrationContext
{
    public override TaskName Name => inner.Name;

    public override string InstanceId => inner.InstanceId;

    public override ParentOrchestrationInstance? Parent => inner.Parent;

    public override DateTime CurrentUtcDateTime => inner.CurrentUtcDateTime;

    public override bool IsReplaying => inner.IsReplaying;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    public override T? GetInput<T>()
        where T : default => inner.GetInput<T>();

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Note(name, input, options);
        return inner.CallActivityAsync<TResult>(name, input, options);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        Note(orchestratorName, input, options);
        return inner.CallSubOrchestratorAsync<TResult>(orchestratorName, input, options);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => inner.CreateTimer(fireAt, cancellationToken);

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        Note(eventName);
        return inner.WaitForExternalEvent<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => inner.SendEvent(instanceId, eventName, payload);

    public override void SetCustomStatus(object? customStatus) => inner.SetCustomStatus(customStatus);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        Note($"continue as new {Json(newInput)}");
        inner.ContinueAsNew(newInput, preserveUnprocessedEvents);
    }

    public override Guid NewGuid() => inner.NewGuid();

    private void Note(string what)
    {
        if (!IsReplaying)
        {
            calls.Add(InstanceId, what);
        }
    }

    private void Note(TaskName name, object? input, TaskOptions? options)
    {
        calls.AddTask(name, hasRetryPolicy: options?.Retry?.Policy is not null);
        Note($"{name.Name} {Json(input)} {(options as SubOrchestrationOptions)?.InstanceId}".TrimEnd());
    }

    private static string Json(object? value) => JsonSerializer.Serialize(value, TwoEngines.JsonOfWorker);
}

/// <summary>What orchestrators asked for.</summary>
internal sealed class RecordedCalls
{
    private readonly ConcurrentDictionary<string, List<string>> _byInstance = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Task, bool HasRetryPolicy), bool> _tasks = new();
    private int _turns;

    /// <summary>How often an orchestrator was run from its start, replays and new executions counted.</summary>
    public int Turns => Volatile.Read(ref _turns);

    /// <summary>Activities and orchestrators that were called, and whether it was with a retry policy.</summary>
    public IEnumerable<(string Task, bool HasRetryPolicy)> Tasks => _tasks.Keys;

    public void AddTurn() => Interlocked.Increment(ref _turns);

    public void AddTask(string task, bool hasRetryPolicy) => _tasks[(task, hasRetryPolicy)] = true;

    public void Add(string instanceId, string what) => _byInstance.AddOrUpdate(instanceId, _ => [what], (_, known) => [.. known, what]);

    /// <summary>A line a call, in the order in which its orchestration made it.</summary>
    public IReadOnlyList<string> Of(string runId) =>
        [.. _byInstance.Where(entry => entry.Key.StartsWith(runId, StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value.Select(what => $"{entry.Key}: {what}"))];
}
